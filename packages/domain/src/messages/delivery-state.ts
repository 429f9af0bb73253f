import type { DeliveryState, FinalState } from "../catalogue/charge-on.ts";
import type { Instant } from "../instant.ts";
import { FINAL_STATES } from "./delivery-dues.ts";

/** What a carrier said of a message, and when. */
export interface Receipt {
  readonly status: DeliveryState;
  readonly time: Instant;
}

export interface ReceiptRule {
  /** Hours after submission in which a final receipt must come; absent: it is waited for. */
  readonly noDlrAfterHours?: number | undefined;
  readonly finalStates?: readonly FinalState[] | undefined;
}

const HOUR = 3_600_000;

/**
 * How far a message has come by `now`, from its receipts in whatever order they were learnt (handbook
 * §3.3): the final state of the earliest time; else `unconfirmed` once the hours have passed; else
 * `accepted` after any other receipt, or `submitted`. A receipt that comes after the hours still counts.
 * Of two final states at one instant the one that stands first in `FINAL_STATES` counts, so that the
 * order of arrival never does.
 */
export function deliveryState(
  submittedAt: Instant,
  receipts: readonly Receipt[],
  { noDlrAfterHours, finalStates = FINAL_STATES }: ReceiptRule,
  now: Instant,
): DeliveryState {
  const known = receipts.filter(({ time }) => time <= now);
  let last: { readonly state: FinalState; readonly time: Instant } | null = null;
  for (const state of FINAL_STATES) {
    if (!finalStates.includes(state)) continue;
    for (const { status, time } of known) {
      if (status === state && (last === null || time < last.time)) last = { state, time };
    }
  }
  if (last !== null) return last.state;
  const isLate = noDlrAfterHours !== undefined && now >= submittedAt + noDlrAfterHours * HOUR;
  if (isLate) return "unconfirmed";
  return known.length > 0 ? "accepted" : "submitted";
}
