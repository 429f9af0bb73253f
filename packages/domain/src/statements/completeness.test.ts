import { expect, test } from "vitest";
import { findImbalances, type IntakeAccount } from "./completeness.ts";

const DAY: IntakeAccount = {
  source: "switch",
  day: "2026-10-01",
  received: 100n,
  accepted: 90n,
  duplicate: 4n,
  conflicting: 1n,
  quarantined: 3n,
  refused: 2n,
  events: 90n,
  pending: 3n,
};

test("received = accepted + duplicate + conflicting + quarantined + refused", () => {
  expect(findImbalances([DAY])).toEqual([]);
});

test.each([
  [{ received: 101n }, "received 101, outcomes 100"],
  [{ events: 89n }, "accepted 90, events stored 89"],
  [{ pending: 4n }, "quarantined 3, waiting 4"],
])("what does not add up is named with its source, day and figures: %o", (wrong, what) => {
  const expected = [{ source: "switch", day: "2026-10-01", what }];
  expect(findImbalances([{ ...DAY, ...wrong }])).toEqual(expected);
});
