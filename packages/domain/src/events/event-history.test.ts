import fc from "fast-check";
import { expect, test } from "vitest";
import { type Fact, type FactKind, refusalOf, standingOf } from "./event-history.ts";

const fact = (ordinal: number, kind: FactKind, stated: string | null): Fact<string> => {
  return { ordinal, kind, stated };
};

test.each<[string, Fact<string>[], { ordinal: number; isVoid: boolean; version: string }]>([
  ["an event stands as it came", [], { ordinal: 0, isVoid: false, version: "first" }],
  [
    "a void event stands at nothing, and remembers what it stood at",
    [fact(1, "void", null)],
    { ordinal: 1, isVoid: true, version: "first" },
  ],
  [
    "a restored event stands as before it was voided",
    [fact(1, "correction", "second"), fact(2, "void", null), fact(3, "restore", "second")],
    { ordinal: 3, isVoid: false, version: "second" },
  ],
  [
    "a correction and then a re-rating of it",
    [fact(1, "correction", "second"), fact(2, "rerating", "third")],
    { ordinal: 2, isVoid: false, version: "third" },
  ],
])("%s", (_, facts, standing) => {
  expect(standingOf("first", facts)).toEqual(standing);
});

test.each<[FactKind, string | null, string | null]>([
  ["void", null, "fact.event-void"],
  ["restore", "fact.not-void", null],
  ["correction", null, "fact.event-void"],
  ["rerating", null, "fact.event-void"],
])("%s: of an event that counts %s, of a void one %s", (kind, counting, isVoid) => {
  expect(refusalOf(kind, { isVoid: false })).toBe(counting);
  expect(refusalOf(kind, { isVoid: true })).toBe(isVoid);
});

test("a fact that stands on another one than the last is our fault", () => {
  const facts = [fact(1, "void", null), fact(3, "restore", "first")];
  expect(() => standingOf("first", facts)).toThrow(/stands on the one before/);
  expect(() => standingOf("first", [fact(1, "restore", "first")])).toThrow(/was possible/);
});

test("whatever is stated, the event stands at the last thing that was", () => {
  const kinds = fc.array(fc.constantFrom<FactKind>("void", "restore", "correction", "rerating"));
  fc.assert(
    fc.property(kinds, (wanted) => {
      const facts: Fact<string>[] = [];
      let last = "first";
      for (const kind of wanted) {
        const standing = standingOf("first", facts);
        if (refusalOf(kind, standing) !== null) continue;
        const changes = kind === "correction" || kind === "rerating";
        if (changes) last = `${kind} ${facts.length}`;
        facts.push(fact(facts.length + 1, kind, kind === "void" ? null : last));
      }
      const standing = standingOf("first", facts);
      expect(standing.version).toBe(last);
      expect(standing.isVoid).toBe(facts.at(-1)?.kind === "void");
    }),
  );
});
