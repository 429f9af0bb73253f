/**
 * Facts of how other billing systems price single events by the money that these carry. Each is written as
 * a `dynamic` price; id and source name where a fact comes from.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Price } from "../catalogue/catalogue.ts";
import { formatDecimal } from "../decimal.ts";
import { amounts, rate, smallBook, term } from "./fixtures/small-book.ts";

interface Fact {
  readonly id: string;
  readonly source: string;
  readonly price: Omit<Extract<Price, { model: "dynamic" }>, "model" | "price">;
  /** Of each event, in whole units of money: a quantity of an event type, whichever it is. */
  readonly carried: readonly number[];
  /** Of all events. */
  readonly amount: string;
}

const FACTS = readFileSync(
  new URL("fixtures/collected-event-prices.jsonl", import.meta.url),
  "utf8",
)
  .trimEnd()
  .split("\n")
  .map((line): Fact => JSON.parse(line))
  .map((fact) => [`${fact.id} (${fact.source}) costs ${fact.amount}`, fact] as const);

test.each(FACTS)("%s", (_, { price, carried, amount }) => {
  const carrying: Price = { model: "dynamic", price: "spokenCharacters", ...price };
  const book = smallBook({
    agreements: { shop: { role: "customer", terms: [term("ai.conversation", carrying)] } },
  });
  const costs = carried.map((money) => {
    return amounts(rate(book, "ai.conversation", { spokenCharacters: money }));
  });
  expect(
    formatDecimal(
      costs.reduce((sum, { shop }) => sum + (shop ?? 0n), 0n),
      12,
    ),
  ).toBe(amount);
});
