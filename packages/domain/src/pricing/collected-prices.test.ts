/**
 * Facts of how other billing systems, their documentation included, price a quantity. Each is written as a
 * price of ours, as a catalogue or a quote would bring it; id and source name where a fact comes from.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatAmount } from "../amount.ts";
import type { UsagePrice } from "../catalogue/usage-price.ts";
import { smallestUnits, unitOf } from "../units.ts";
import { compileUsagePrice, priceUsage } from "./price-usage.ts";

interface Fact {
  readonly id: string;
  readonly source: string;
  readonly price: UsagePrice;
  /** Units of the price. */
  readonly quantity: string;
  readonly events?: string;
  readonly amount?: string;
  readonly refused?: string;
}

const FACTS: readonly Fact[] = readFileSync(
  new URL("fixtures/collected-prices.jsonl", import.meta.url),
  "utf8",
)
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));

/** Where this engine has another rule on purpose: what it comes to here, and why. */
const OTHERWISE: Readonly<Record<string, { readonly amount: string; readonly because: string }>> = {
  "lago-040": { amount: "4", because: "an event without money still pays its fee" },
};

function cost({ price, quantity, events = "1" }: Fact): string {
  const compiled = compileUsagePrice("EUR", price);
  const smallest = smallestUnits(quantity, unitOf(price.per));
  const { rated, amount } = priceUsage(compiled, smallest, BigInt(events));
  const added = rated.tiers.reduce((sum, tier) => sum + tier.amount, 0n);
  expect(added).toBe(rated.total.pico);
  return formatAmount({ currency: "EUR", pico: amount });
}

function named(fact: Fact): readonly [string, Fact] {
  const { id, source, quantity, amount, refused } = fact;
  const result = refused === undefined ? `cost ${amount}` : `are refused: ${refused}`;
  const other = OTHERWISE[id];
  const but = other === undefined ? "" : `, here ${other.amount}: ${other.because}`;
  return [`${id} (${source}): ${quantity} ${result}${but}`, fact];
}

test.each(FACTS.map(named))("%s", (_, fact) => {
  if (fact.refused !== undefined) expect(() => cost(fact)).toThrow(fact.refused);
  else expect(cost(fact)).toBe(OTHERWISE[fact.id]?.amount ?? fact.amount);
});

test("a fact that is priced otherwise says so, and differs", () => {
  for (const [id, { amount }] of Object.entries(OTHERWISE)) {
    expect(FACTS.find((fact) => fact.id === id)?.amount).not.toBe(amount);
  }
});
