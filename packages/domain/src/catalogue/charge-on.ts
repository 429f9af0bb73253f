/** When the price of a message is due, in the wire form of the catalogue. */
import type { DecimalText } from "./catalogue.ts";

/** What makes a message chargeable (handbook §3.3); `delivery-dues.ts` says what is due when. */
export type ChargePolicy =
  | "onSubmit"
  | "onDelivered"
  | "onSubmitRefundRejected"
  | "percentEarly"
  | "onFailed";

export interface ChargeOn {
  readonly policy: ChargePolicy;
  /** Due on submission, of `percentEarly`. */
  readonly percent?: DecimalText | undefined;
  /** States that end a message; a receipt of any other changes nothing. Default: all that can. */
  readonly finalStates?: readonly FinalState[] | undefined;
  /** What a message counts as when no receipt came in time. Default `undelivered`. */
  readonly treatMissingDlrAs?: "delivered" | "undelivered" | "unknownBillable" | undefined;
}

/** How a message ended. `failed`: the carrier never took it; `rejected`: it took it and gave it back. */
export type FinalState = "delivered" | "read" | "undelivered" | "expired" | "rejected" | "failed";

/**
 * How far a message has come. `accepted`: the carrier took it. `unconfirmed`: no receipt came in time.
 * `received`: it is an inbound one.
 */
export type DeliveryState = "submitted" | "accepted" | "unconfirmed" | "received" | FinalState;
