import { expect, test } from "vitest";
import { parseInstant } from "../instant.ts";
import { explainFact } from "./explain-fact.ts";
import type { RecordedChange, RecordedFact } from "./recorded.ts";

function fact(kind: RecordedFact["kind"], ...changes: RecordedChange[]): RecordedFact {
  const madeAt = parseInstant("2026-11-05T10:00:00Z");
  return { ordinal: 1, kind, madeAt, by: "ops", reason: "a test call", changes };
}

const change = (before: bigint, after: bigint, atClose = 0): RecordedChange => {
  return { agreement: "acme", currency: "EUR", before, after, atClose };
};
const CENT = 10_000_000_000n;

test.each<[string, RecordedFact, string]>([
  [
    "a void",
    fact("void", change(5n * CENT, 0n)),
    "voided 2026-11-05T10:00:00Z by ops (a test call): acme 0.0500 EUR became 0.0000 EUR, -0.0500 EUR",
  ],
  [
    "a correction for two agreements",
    fact("correction", change(CENT, 2n * CENT), { ...change(0n, 0n, 2), agreement: "atlas" }),
    "corrected 2026-11-05T10:00:00Z by ops (a test call): acme 0.0100 EUR became 0.0200 EUR, " +
      "+0.0100 EUR; atlas 2 charges that are priced at close",
  ],
  [
    "a re-rating that moves a charge to another day",
    fact("rerating", change(CENT, CENT)),
    "re-rated 2026-11-05T10:00:00Z by ops (a test call): acme the same amount, counted otherwise",
  ],
  [
    "a correction of something that nothing is charged by",
    fact("correction"),
    "corrected 2026-11-05T10:00:00Z by ops (a test call): no charge changed",
  ],
])("%s", (_, recorded, sentence) => {
  expect(explainFact(recorded).sentence).toBe(sentence);
});
