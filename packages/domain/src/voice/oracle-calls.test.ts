/** Cases of another project's tests (see fixtures). */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compileDeck } from "../rating/compile-deck.ts";
import { findByPrefix, NO_RATE } from "../rating/deck-index.ts";
import { datedRow, TIME } from "../rating/fixtures/small-book.ts";
import { unitOf } from "../units.ts";
import { answered, pico, rated } from "./fixtures/call-rates.ts";

interface Oracle {
  readonly baseCosts: readonly {
    readonly id: string;
    readonly ratePerMinute: string;
    readonly minimumSeconds: number;
    readonly surcharge: string;
    readonly cost: string;
  }[];
  readonly prefixes: readonly {
    readonly id: string;
    readonly number: string;
    readonly longestFirst: readonly string[];
  }[];
}

const file = new URL("fixtures/oracle-calls.json", import.meta.url);
const { baseCosts, prefixes }: Oracle = JSON.parse(readFileSync(file, "utf8"));

test.each(baseCosts)("$id: the least that an answered call costs is $cost", (one) => {
  const rate = { rate: one.ratePerMinute, connectFee: one.surcharge, increments: "1/1" };
  for (const seconds of [1, one.minimumSeconds]) {
    const { amount } = rated(answered(seconds), rate, { minDuration: one.minimumSeconds });
    expect(amount).toBe(pico(one.cost));
  }
});

test.each(prefixes)("$id: $number is looked up by $longestFirst", ({ number, longestFirst }) => {
  const digits = number.replace(/\D/g, "");
  for (let from = 0; from <= longestFirst.length; from++) {
    const rows = longestFirst.slice(from).map((key, at) => datedRow({ key, rate: "1" }, at));
    const found = findByPrefix(compileDeck("prefix", unitOf("minute"), rows), digits, TIME);
    // Rows are numbered in order: the first one that is left is the longest.
    expect(found).toBe(from < longestFirst.length ? 0 : NO_RATE);
  }
});
