import { assert } from "../assert.ts";
import type { ChargeOn, ChargePolicy, DeliveryState, FinalState } from "../catalogue/charge-on.ts";
import { parseDecimal } from "../decimal.ts";

/** What a message owes in one state. */
export interface Due {
  /** Part of the price, of `WHOLE_PRICE`. */
  readonly share: number;
  /** Whether its quantity counts, for tiers and statement lines. */
  readonly counts: boolean;
}

/** A share of all of the price: percent with 12 places. */
export const WHOLE_PRICE = 100_000_000_000_000;

export const NOTHING_DUE: Due = { share: 0, counts: false };
const ALL_DUE: Due = { share: WHOLE_PRICE, counts: true };

export const FINAL_STATES: readonly FinalState[] = [
  "delivered",
  "read",
  "undelivered",
  "expired",
  "rejected",
  "failed",
];

/** Final states in which all of the price is due; of `percentEarly` the rest, with what came early. */
const CHARGED: Readonly<Record<ChargePolicy, readonly FinalState[]>> = {
  onSubmit: ["delivered", "read", "undelivered", "expired", "rejected"],
  onDelivered: ["delivered", "read"],
  onSubmitRefundRejected: ["delivered", "read", "undelivered", "expired"],
  percentEarly: ["delivered", "read", "undelivered", "expired", "rejected"],
  onFailed: ["failed"],
};

/**
 * What is due of a message's price in each state that it can be in (handbook §3.3). A message that came
 * from one state to another owes the difference, so all its charges add up to what its last state owes, in
 * whatever order receipts arrive.
 *
 * A state that is not final for the contract is on its way, as `accepted`. What came early of a message
 * that failed is not given back. Example: 25 % early of 1.20 are 0.30 when it is submitted, and 0.90 when
 * the carrier accepts it.
 */
export function deliveryDues(chargeOn: ChargePolicy | ChargeOn): ReadonlyMap<string, Due> {
  const terms: ChargeOn = typeof chargeOn === "string" ? { policy: chargeOn } : chargeOn;
  const { policy, finalStates = FINAL_STATES, treatMissingDlrAs = "undelivered" } = terms;
  const early = earlyShare(terms);
  const { submitted, accepted } = onTheWay(policy, early);
  const ended = (state: FinalState): Due => {
    if (!finalStates.includes(state)) return accepted;
    if (CHARGED[policy].includes(state)) return ALL_DUE;
    return early ?? NOTHING_DUE;
  };
  const missing = treatMissingDlrAs === "undelivered" ? "undelivered" : "delivered";
  const dues: [DeliveryState, Due][] = [
    ["submitted", submitted],
    ["accepted", accepted],
    ["unconfirmed", ended(missing)],
    // An inbound message is here already.
    ["received", policy === "onFailed" ? NOTHING_DUE : ALL_DUE],
    ...FINAL_STATES.map((state): [DeliveryState, Due] => [state, ended(state)]),
  ];
  return new Map(dues);
}

function onTheWay(policy: ChargePolicy, early: Due | null): { submitted: Due; accepted: Due } {
  if (early !== null) return { submitted: early, accepted: ALL_DUE };
  const due = policy === "onDelivered" || policy === "onFailed" ? NOTHING_DUE : ALL_DUE;
  return { submitted: due, accepted: due };
}

/** Null for a policy that asks for nothing early. */
function earlyShare({ policy, percent }: ChargeOn): Due | null {
  if (policy !== "percentEarly") return null;
  const share = Number(parseDecimal(percent ?? "0", 12));
  assert(share > 0 && share < WHOLE_PRICE, "apply checked the percentage");
  return { share, counts: true };
}
