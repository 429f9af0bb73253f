/** What becomes of the items of a backfill, and how a closed one is undone, item by item. */
import type { RefusalCode } from "../refusals.ts";
import type { Standing } from "./event-history.ts";

/**
 * *accepted*, *voided*, *restored*, *corrected*: done. *duplicate*, *conflicting*: an event of this id was
 * accepted before, with the same or other content. *left*: it cannot be done, for a reason with a code.
 */
export type ItemOutcome = (typeof ITEM_OUTCOMES)[number];

export const ITEM_OUTCOMES = [
  "accepted",
  "voided",
  "restored",
  "corrected",
  "duplicate",
  "conflicting",
  "left",
] as const;

/** Outcomes that changed something: what a revert looks at. */
export const DONE_OUTCOMES = ["accepted", "voided", "restored", "corrected"] as const;

export type DoneOutcome = (typeof DONE_OUTCOMES)[number];

/** *restate*: say again what was said before the correction. */
export type Undoing =
  | { readonly do: "void" | "restore" | "restate" }
  | { readonly do: "nothing" }
  | { readonly do: "leave"; readonly code: RefusalCode };

/**
 * What undoes an item by how its event stands now. `ordinal`: of the fact that the backfill stated, 0 for
 * a new event.
 *
 * What came in by a backfill is voided whatever was said of it since: without the backfill there were nothing
 * to say it of. What somebody else has restored or voided again by now, or corrected after the backfill did,
 * is theirs and left.
 */
export function undoingOf(
  outcome: DoneOutcome,
  ordinal: number,
  standing: Pick<Standing<unknown>, "ordinal" | "isVoid">,
): Undoing {
  const { isVoid } = standing;
  const isLast = standing.ordinal === ordinal;
  switch (outcome) {
    case "accepted":
    case "restored":
      return { do: isVoid ? "nothing" : "void" };
    case "voided":
      if (!isVoid) return { do: "nothing" };
      return isLast ? { do: "restore" } : { do: "leave", code: "backfill.stated-since" };
    case "corrected":
      return isLast ? { do: "restate" } : { do: "leave", code: "backfill.stated-since" };
  }
}
