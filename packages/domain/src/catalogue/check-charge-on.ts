import { parseDecimal } from "../decimal.ts";
import type { EventType } from "../events/event-type.ts";
import { WHOLE_PRICE } from "../messages/delivery-dues.ts";
import type { Term } from "./catalogue.ts";
import type { ChargeOn } from "./charge-on.ts";
import { attempt } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";

/** What a call is billed has no fate to wait for; a message's surcharge is a price of its own. */
export function checkSurcharge(
  { price, on = "" }: Term,
  type: EventType | null,
  path: Path,
  report: Report,
): void {
  if (price.model !== "surcharge" || type?.delivery === undefined) return;
  report(path, "catalogue.surcharge-on-message", { type: on });
}

/**
 * A charge on the fate of a message: its type tells that fate, and its price is one that can wait for it.
 */
export function checkChargeOn(
  { chargeOn, price, on = "" }: Term,
  type: EventType | null,
  path: Path,
  report: Report,
): void {
  if (chargeOn === undefined) return;
  const terms: ChargeOn = typeof chargeOn === "string" ? { policy: chargeOn } : chargeOn;
  if (type !== null && type.delivery === undefined) {
    report(path, "catalogue.charge-on-without-delivery", { type: on });
  }
  if (type?.delivery?.of !== undefined) {
    report(path, "catalogue.charge-on-receipt", { of: type.delivery.of });
  }
  const { model } = price;
  const shares = ["percentage", "markup", "graduatedShare", "surcharge"];
  if (shares.includes(model)) {
    report(path, "catalogue.charge-on-share", {});
  }
  checkEarly(terms, model, path, report);
  const { policy, finalStates } = terms;
  if (policy !== "onDelivered" || finalStates === undefined) return;
  if (finalStates.includes("delivered")) return;
  report([...path, "finalStates"], "catalogue.final-without-delivered", {});
}

/** Prices of which a part can be taken; shares and fees are told otherwise. */
const PRICED_AT_ONCE: ReadonlySet<Term["price"]["model"]> = new Set([
  "perUnit",
  "deck",
  "network",
  "matrix",
  "dynamic",
  "percentage",
  "markup",
  "surcharge",
  "fixedFee",
]);

function checkEarly(
  { policy, percent }: ChargeOn,
  model: Term["price"]["model"],
  path: Path,
  report: Report,
): void {
  const early = policy === "percentEarly";
  const share = percent === undefined ? null : attempt(() => parseDecimal(percent, 12));
  const fits = share !== null && share > 0n && share < BigInt(WHOLE_PRICE);
  if (early ? !fits : percent !== undefined) {
    report([...path, "percent"], "catalogue.early-percent-wrong", {});
  }
  if (early && !PRICED_AT_ONCE.has(model)) {
    report([...path, "policy"], "catalogue.early-at-close", {});
  }
}
