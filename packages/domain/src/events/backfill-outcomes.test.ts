import { expect, test } from "vitest";
import { type DoneOutcome, undoingOf } from "./backfill-outcomes.ts";

const STATED_SINCE = { do: "leave", code: "backfill.stated-since" };

test.each<[DoneOutcome, number, { ordinal: number; isVoid: boolean }, object, string]>([
  ["accepted", 0, { ordinal: 0, isVoid: false }, { do: "void" }, "it came by the backfill"],
  ["accepted", 0, { ordinal: 2, isVoid: false }, { do: "void" }, "whatever was said of it since"],
  ["accepted", 0, { ordinal: 1, isVoid: true }, { do: "nothing" }, "somebody voided it"],
  ["voided", 1, { ordinal: 1, isVoid: true }, { do: "restore" }, "it counts again"],
  ["voided", 1, { ordinal: 2, isVoid: false }, { do: "nothing" }, "somebody restored it"],
  ["voided", 1, { ordinal: 3, isVoid: true }, STATED_SINCE, "somebody voided it anew"],
  ["restored", 2, { ordinal: 2, isVoid: false }, { do: "void" }, "it counts no more"],
  ["restored", 2, { ordinal: 3, isVoid: false }, { do: "void" }, "also if it was priced again"],
  ["restored", 2, { ordinal: 3, isVoid: true }, { do: "nothing" }, "somebody voided it"],
  ["corrected", 1, { ordinal: 1, isVoid: false }, { do: "restate" }, "it says what it said"],
  ["corrected", 1, { ordinal: 2, isVoid: false }, STATED_SINCE, "somebody corrected it anew"],
  ["corrected", 1, { ordinal: 2, isVoid: true }, STATED_SINCE, "somebody voided it"],
])("%s by fact %i, standing at %o: %o, for %s", (outcome, ordinal, standing, undoing) => {
  expect(undoingOf(outcome, ordinal, standing)).toEqual(undoing);
});
