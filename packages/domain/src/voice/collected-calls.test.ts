/**
 * Facts of what calls cost by the tests of other rating engines. Each is written as a deck and a term of ours
 * and rated as an event; id and source name where a fact comes from.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { CallRules } from "../catalogue/call-rules.ts";
import type { TestDeck, TestRow } from "../rating/fixtures/small-book.ts";
import { pico } from "./fixtures/call-rates.ts";
import { cost, data, world } from "./fixtures/call-world.ts";

interface Fact {
  readonly id: string;
  readonly source: string;
  /** Name of a deck with bands; else the deck has one row for the number called. */
  readonly deck?: string;
  readonly row?: Omit<TestRow, "key">;
  readonly call?: CallRules;
  readonly time?: string;
  readonly seconds: number;
  readonly status?: string;
  /** What the source comes to. */
  readonly amount: string;
  readonly billedSeconds?: number;
  /** Where the source rounds on the way: what the contract says, and why it differs. */
  readonly exact?: string;
  readonly because?: string;
}

interface Facts {
  readonly decks: Readonly<Record<string, TestDeck>>;
  readonly facts: readonly Fact[];
}

const file = new URL("fixtures/collected-calls.json", import.meta.url);
const { decks, facts }: Facts = JSON.parse(readFileSync(file, "utf8"));

function named({ id, source, seconds, amount, exact, because }: Fact): string {
  const but = exact === undefined ? "" : `, here ${exact}: ${because}`;
  return `${id} (${source}): ${seconds} s cost ${amount}${but}`;
}

test.each(facts.map((fact) => [named(fact), fact] as const))("%s", (_, fact) => {
  const { row, call, time, seconds, status = "answered", amount, exact, billedSeconds } = fact;
  const deck = row === undefined ? decks[fact.deck ?? ""]! : { rows: [{ key: "44", ...row }] };
  const rated = cost(world(deck, { call }), data(seconds, { status }), time);
  expect(rated.amount).toBe(pico(exact ?? amount));
  if (billedSeconds !== undefined) expect(rated.billed).toBe(billedSeconds * 1000);
});
