import { formatDecimal } from "../decimal.ts";
import { describeUse, isReceivable, isUnused, statusOf } from "./charge-words.ts";
import {
  describeIncrements,
  describeLookup,
  describeRate,
  describeShare,
  measureOf,
} from "./describe-price.ts";
import { describeAmount, describeQuantity } from "./describe-quantity.ts";
import type { RecordedCharge, RecordedEvent, RecordedProvider } from "./recorded.ts";

/**
 * A charge in one sentence: `acme owes 0.0240 EUR for its call to DE: 61 s billed as 120 s (60/60) at
 * 0.0120 EUR per minute, deck voice-basic prefix 49 from 2026-07-01.`
 */
export function chargeSentence(
  event: RecordedEvent,
  charge: RecordedCharge,
  provider: RecordedProvider,
): string {
  const { stored, term } = charge;
  if (stored.amount === null) return atCloseSentence(event, charge);
  return `${owed(event, charge, stored.amount)}: ${because(event, charge, provider)}.`;

  function because(...parts: [RecordedEvent, RecordedCharge, RecordedProvider]): string {
    const { price } = term;
    if (isUnused(charge)) return "nothing was used, so no rate was needed";
    if (price.model === "percentage" || price.model === "markup") {
      const base = formatDecimal(stored.base ?? 0n, 12);
      return describeShare(price, base, charge.agreement.body);
    }
    return pricedQuantity(parts[1], parts[2]);
  }
}
