import { assert } from "./assert.ts";
import type { DecimalText, PerUnit } from "./catalogue/catalogue.ts";
import { parseDecimal } from "./decimal.ts";
import { Refusal } from "./refusals.ts";

/** What a price is per: `size` smallest units of a quantity. A minute is 60,000 of milliseconds. */
export interface Unit {
  readonly quantity: string;
  readonly size: number;
}

const UNITS: Readonly<Record<string, Unit>> = {
  second: { quantity: "milliseconds", size: 1000 },
  minute: { quantity: "milliseconds", size: 60_000 },
  hour: { quantity: "milliseconds", size: 3_600_000 },
  participantMinute: { quantity: "milliseconds", size: 60_000 },
  call: { quantity: "calls", size: 1 },
  segment: { quantity: "segments", size: 1 },
  thousandSegments: { quantity: "segments", size: 1000 },
  message: { quantity: "messages", size: 1 },
  thousandMessages: { quantity: "messages", size: 1000 },
  attempt: { quantity: "attempts", size: 1 },
  verification: { quantity: "verifications", size: 1 },
  check: { quantity: "checks", size: 1 },
  participant: { quantity: "participants", size: 1 },
  email: { quantity: "messages", size: 1 },
  thousandEmails: { quantity: "messages", size: 1000 },
  recipient: { quantity: "recipients", size: 1 },
  thousandRecipients: { quantity: "recipients", size: 1000 },
  numberMonth: { quantity: "numberMonths", size: 1 },
  numberOrder: { quantity: "orders", size: 1 },
  channelDay: { quantity: "channelDays", size: 1 },
  conversation: { quantity: "conversations", size: 1 },
  thousandInputTokens: { quantity: "inputTokens", size: 1000 },
  millionInputTokens: { quantity: "inputTokens", size: 1_000_000 },
  thousandCachedInputTokens: { quantity: "cachedInputTokens", size: 1000 },
  millionCachedInputTokens: { quantity: "cachedInputTokens", size: 1_000_000 },
  thousandOutputTokens: { quantity: "outputTokens", size: 1000 },
  millionOutputTokens: { quantity: "outputTokens", size: 1_000_000 },
  thousandSpokenCharacters: { quantity: "spokenCharacters", size: 1000 },
  toolCall: { quantity: "toolCalls", size: 1 },
  chatMessage: { quantity: "chatMessages", size: 1 },
  lookup: { quantity: "lookups", size: 1 },
  detection: { quantity: "detections", size: 1 },
  gigabyteMonth: { quantity: "byteMonths", size: 1_000_000_000 },
  megabyte: { quantity: "bytes", size: 1_000_000 },
  gigabyte: { quantity: "bytes", size: 1_000_000_000 },
  unit: { quantity: "units", size: 1 },
};

/** Names that a price may be per, such as `minute`. */
export const UNIT_NAMES: readonly string[] = Object.keys(UNITS);

/** Refuses `unit.unknown` and, for a size that is not a positive safe integer, `unit.size-invalid`. */
export function unitOf(per: PerUnit): Unit {
  if (typeof per === "string") {
    if (!Object.hasOwn(UNITS, per)) {
      throw new Refusal("unit.unknown", { unit: per, known: UNIT_NAMES });
    }
    return UNITS[per]!;
  }
  if (!Number.isSafeInteger(per.size) || per.size <= 0) {
    throw new Refusal("unit.size-invalid", { size: per.size });
  }
  return { quantity: per.quantity, size: per.size };
}

/** Decimal places of a number of units in the catalogue; more than any unit's size can use. */
const PLACES = 18;

/**
 * A number of units of the catalogue as whole smallest units: `"100.5"` minutes are 6,030,000 ms.
 * Refuses `decimal.*` and, when it is negative or not whole, `unit.not-whole`.
 */
export function smallestUnits(text: DecimalText, unit: Unit): bigint {
  assert(unit.size > 0, "a unit holds something");
  const scale = 10n ** BigInt(PLACES);
  const product = parseDecimal(text, PLACES) * BigInt(unit.size);
  if (product < 0n || product % scale !== 0n) throw new Refusal("unit.not-whole", { text });
  return product / scale;
}
