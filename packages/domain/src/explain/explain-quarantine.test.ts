import { expect, test } from "vitest";
import { parseInstant } from "../instant.ts";
import { REFUSALS, type RefusalCode } from "../refusals.ts";
import { explainQuarantine } from "./explain-quarantine.ts";

function waiting(code: RefusalCode, detail = "") {
  return explainQuarantine({
    key: "0191d1c0-0000-0000-0000-000000000001",
    source: "gateway",
    id: "call-17",
    type: "voice.call",
    time: parseInstant("2026-10-03T22:30:00Z"),
    receivedAt: parseInstant("2026-10-03T22:31:05Z"),
    code,
    detail,
  });
}

test("an event in quarantine says why it waits, since when and what would cure it", () => {
  const explained = waiting("rating.no-rate", "voice: 870");
  expect(explained.sentence).toBe(
    "gateway/call-17 has waited in quarantine since 2026-10-03T22:31:05Z: " +
      "The deck has no rate for this destination. No rate is never zero. (voice: 870)",
  );
  expect(explained.cure).toBe(
    "Give the deck a rate for the destination at its time, then apply the catalogue: " +
      "the events that it can cure are tried again.",
  );
});

const CODES = Object.keys(REFUSALS).filter((code) => /^rating\./.test(code)) as RefusalCode[];

test.each(CODES)("%s has a cure of its own", (code) => {
  expect(waiting(code).cure).not.toMatch(/^Mend the cause/);
});
