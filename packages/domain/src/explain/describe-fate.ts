import type { ChargeOn, ChargePolicy } from "../catalogue/charge-on.ts";
import type { RecordedCharge, RecordedEvent } from "./recorded.ts";

const POLICIES: Readonly<Record<ChargePolicy, string>> = {
  onSubmit: "charged on submission",
  onDelivered: "charged on delivery",
  onSubmitRefundRejected: "charged on submission and given back if rejected",
  percentEarly: "charged in part on submission, the rest on acceptance",
  onFailed: "charged if it fails",
};

/**
 * What a message's fate has to do with a charge: `charged on delivery (submitted, then delivered)`. Null
 * for a term that charges the event itself.
 */
export function describeFate({ data }: RecordedEvent, { term }: RecordedCharge): string | null {
  if (term.chargeOn === undefined) return null;
  const chargeOn: ChargeOn =
    typeof term.chargeOn === "string" ? { policy: term.chargeOn } : term.chargeOn;
  const { policy, percent, treatMissingDlrAs = "undelivered" } = chargeOn;
  const words =
    percent === undefined
      ? POLICIES[policy]
      : `charged ${percent} % on submission, the rest on acceptance`;
  const missing =
    data.status === "unconfirmed" ? `; without a receipt it counts as ${treatMissingDlrAs}` : "";
  const states = [data.after, data.status].filter((state) => typeof state === "string");
  // A type of the provider's own may call its fields otherwise.
  return states.length === 0 ? words : `${words} (${states.join(", then ")}${missing})`;
}
