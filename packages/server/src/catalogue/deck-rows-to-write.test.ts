import type { DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { StoredDeckRow } from "./deck-rows.repo.ts";
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
  const written = deckRowsToWrite(first, [{ from: at(1), storedAt: at(1) }, second]);
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
    { from: at(2), storedAt: at(2) },
  ]);
  expect(ratesAt(corrected, 1)).toEqual({ 44: "0.05" });
  expect(ratesAt(corrected, 2)).toEqual({ 44: "0.01", 49: "0.02" });
});

test("versions that stay as they are stored write nothing", () => {
  const versions = [
    { from: at(1), rows: [row("44", "0.01")] },
    { from: at(2), rows: [row("44", null), row("49", "0.02")] },
  ];
  const stored = publish([], versions);
  expect(deckRowsToWrite(stored, versions)).toEqual([]);
  const kept = versions.map(({ from }) => ({ from, storedAt: from }));
  expect(deckRowsToWrite(stored, kept)).toEqual([]);
});

test("a version that is removed prices no more", () => {
  const first = { from: at(1), rows: [row("44", "0.01")] };
  const second = { from: at(2), rows: [row("44", "0.99"), row("49", "0.50")] };
  const stored = publish([], [first, second]);
  expect(ratesAt(publish(stored, [{ from: at(1), storedAt: at(1) }]), 3)).toEqual({ 44: "0.01" });
});

test("a version that is postponed does not price before its new date", () => {
  const first = { from: at(1), rows: [row("44", "0.01")] };
  const stored = publish(
    [],
    [first, { from: at(2), rows: [row("44", "0.99"), row("49", "0.50")] }],
  );
  const postponed = publish(stored, [
    { from: at(1), storedAt: at(1) },
    { from: at(5), storedAt: at(2) },
  ]);
  expect(ratesAt(postponed, 4)).toEqual({ 44: "0.01" });
  expect(ratesAt(postponed, 5)).toEqual({ 44: "0.99", 49: "0.50" });
});

test("when the first version is postponed, nothing has a rate before it", () => {
  const stored = publish([], [{ from: at(2), rows: [row("44", "0.01")] }]);
  const postponed = publish(stored, [{ from: at(5), storedAt: at(2) }]);
  expect([ratesAt(postponed, 3), ratesAt(postponed, 5)]).toEqual([{}, { 44: "0.01" }]);
});

const someRows = fc
  .dictionary(fc.constantFrom("1", "44", "447", "49"), fc.constantFrom("0.01", "0.02", null))
  .map((rates) => Object.entries(rates).map(([key, rate]) => row(key, rate)));

const LAST = 6;
const date = fc.nat(LAST);

/** Rows by date: what the catalogue says. */
type Versions = ReadonlyMap<number, readonly DeckRow[]>;

const edit = fc.oneof(
  fc.record({ what: fc.constant("put" as const), when: date, rows: someRows }),
  fc.record({ what: fc.constant("remove" as const), when: date }),
  fc.record({ what: fc.constant("move" as const), when: date, to: date }),
);

type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** The versions after some edits, and those of them whose rows are stored, with the date they have there. */
function edited(versions: Versions, edits: readonly Edit[]) {
  const next = new Map(versions);
  const storedAt = new Map([...versions.keys()].map((when) => [when, when]));
  for (const one of edits) {
    const rows = one.what === "put" ? one.rows : next.get(one.when);
    if (rows === undefined) continue;
    const before = storedAt.get(one.when);
    next.delete(one.when);
    storedAt.delete(one.when);
    if (one.what === "remove") continue;
    const when = one.what === "move" ? one.to : one.when;
    next.set(when, rows);
    storedAt.delete(when);
    if (one.what === "move" && before !== undefined) storedAt.set(when, before);
  }
  return { next, storedAt };
}

test("whatever is moved, removed, added or corrected: each instant has its version's rows", () =>
  fc.assert(
    fc.property(
      fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      (publications) => {
        let versions: Versions = new Map();
        let stored: StoredDeckRow[] = [];
        for (const edits of publications) {
          const { next, storedAt } = edited(versions, edits);
          versions = next;
          const dates = [...next.keys()].sort();
          const wanted = dates.map((when): VersionToWrite => {
            const before = storedAt.get(when);
            if (before !== undefined) return { from: at(when), storedAt: at(before) };
            return { from: at(when), rows: next.get(when)! };
          });
          stored = publish(stored, wanted);
          for (let n = -1; n <= LAST + 1; n++) {
            const inForce = dates.findLast((when) => when <= n);
            const rows = inForce === undefined ? [] : next.get(inForce)!;
            const expected = Object.fromEntries(rows.map(({ key, rate }) => [key, rate]));
            expect(ratesAt(stored, n)).toEqual(expected);
          }
        }
      },
    ),
    { numRuns: 500 },
  ));
