import type { DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { StoredDeckRow } from "./catalogue.repo.ts";
import { deckRowsInForce, deckRowsToWrite, type VersionToWrite } from "./deck-rows-to-write.ts";

const at = (n: number): Instant => n as Instant;
const row = (key: string, rate: string | null): DeckRow => ({ key, rate });

/** Writes the versions and gives the store's rows afterwards, as a publication does. */
function publish(stored: readonly StoredDeckRow[], versions: readonly VersionToWrite[]) {
  const written = deckRowsToWrite(stored, versions);
  const numbered = written.map((one, n) => ({ ...one, id: stored.length + n + 1 }));
  return [...stored, ...numbered];
}

const ratesAt = (stored: readonly StoredDeckRow[], n: number) =>
  Object.fromEntries(deckRowsInForce(stored, at(n)).map(({ key, rate }) => [key, rate]));

test("a version writes only what it adds, changes or withdraws", () => {
  const first = publish([], [{ from: at(1), rows: [row("44", "0.01"), row("49", "0.02")] }]);
  const second = { from: at(2), rows: [row("44", "0.01"), row("33", "0.03")] };
  const written = deckRowsToWrite(first, [{ from: at(1), rows: null }, second]);
  expect(written.map(({ key, state }) => [key, state])).toEqual([
    ["33", "rate"],
    ["49", "withdrawn"],
  ]);
});

test("a version that is corrected later leaves the versions after it as they were", () => {
  const stored = publish(
    [],
    [
      { from: at(1), rows: [row("44", "0.01")] },
      { from: at(2), rows: [row("44", "0.01"), row("49", "0.02")] },
    ],
  );
  const corrected = publish(stored, [
    { from: at(1), rows: [row("44", "0.05")] },
    { from: at(2), rows: null },
  ]);
  expect(ratesAt(corrected, 1)).toEqual({ 44: "0.05" });
  expect(ratesAt(corrected, 2)).toEqual({ 44: "0.01", 49: "0.02" });
});

test("whatever is published in whatever order, each date has the rows of its version", () => {
  const rows = fc
    .dictionary(fc.constantFrom("1", "44", "447", "49"), fc.constantFrom("0.01", "0.02", null))
    .map((rates) => Object.entries(rates).map(([key, rate]) => row(key, rate)));
  const versions = fc.array(rows, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      versions,
      fc.array(fc.tuple(fc.nat(3), rows), { maxLength: 4 }),
      (initial, edits) => {
        const current = initial.map((one) => one);
        let stored = publish(
          [],
          current.map((one, n) => ({ from: at(n), rows: one })),
        );
        for (const [which, replacement] of edits) {
          if (which >= current.length) continue;
          current[which] = replacement;
          stored = publish(
            stored,
            current.map((one, n) => ({ from: at(n), rows: n === which ? one : null })),
          );
        }
        for (const [n, expected] of current.entries()) {
          const rates = Object.fromEntries(expected.map(({ key, rate }) => [key, rate]));
          expect(ratesAt(stored, n)).toEqual(rates);
        }
      },
    ),
  );
});
