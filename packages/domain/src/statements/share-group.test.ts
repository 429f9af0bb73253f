import { expect, test } from "vitest";
import type { GraduatedSharePrice } from "../catalogue/graduated-share-price.ts";
import { type ShareTerm, shareGroup } from "./share-group.ts";

const PRICE: GraduatedSharePrice = {
  model: "graduatedShare",
  of: "margin",
  tiers: [
    { upTo: "10000", percent: "10" },
    { upTo: null, percent: "12" },
  ],
};
const TERM: ShareTerm = { id: "share", on: "voice.call", price: PRICE };
const ONE = 10n ** 12n;

function shared(...bases: readonly bigint[]) {
  const totals = bases.map((base) => {
    return { termVersion: 1, tuple: 1, count: 2n, quantity: 0n, amount: 0n, base };
  });
  return shareGroup(1, TERM, "EUR", totals);
}

test.each`
  bases                             | amount          | because
  ${[9_000n * ONE]}                 | ${900n * ONE}   | ${"all of it is in the first tier"}
  ${[10_000n * ONE]}                | ${1_000n * ONE} | ${"an end is inclusive"}
  ${[7_000n * ONE, 5_000n * ONE]}   | ${1_240n * ONE} | ${"the month's margin counts, not a part's"}
  ${[12_000n * ONE, -4_000n * ONE]} | ${800n * ONE}   | ${"losses of some events lower it"}
  ${[-1n]}                          | ${0n}           | ${"a loss is not shared"}
  ${[1n]}                           | ${0n}           | ${"a tenth of a pico-unit rounds half-even"}
`("$bases come to $amount: $because", ({ bases, amount }) => {
  expect(shared(...bases).amount).toBe(amount);
});

test("its derivation names the base, below zero too", () => {
  const { derivation, count } = shared(-5n * ONE);
  expect(derivation[0]).toMatchObject({ base: "-5", amount: "0", counted: [1] });
  expect(count).toBe(2n);
});
