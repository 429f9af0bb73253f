/** The parts of sentences about charges. */
import type { Base, Role } from "../catalogue/catalogue.ts";
import { callStepsOf, endOf } from "./describe-call.ts";
import type { RecordedCharge, RecordedEvent } from "./recorded.ts";

const NOUNS: Readonly<Record<string, string>> = {
  "voice.call": "call",
  "sms.message": "SMS",
  "sms.receipt": "receipt of an SMS",
  "mms.message": "MMS",
  "mms.receipt": "receipt of an MMS",
  "rcs.message": "RCS message",
  "rcs.receipt": "receipt of an RCS message",
  "whatsapp.message": "WhatsApp message",
  "verify.check": "verification",
  "verify.attempt": "verification attempt",
  "video.participant": "video participation",
  "video.recording": "video recording",
  "email.message": "e-mail",
  "number.rental": "number rental",
  "number.order": "number order",
  "trunk.channel": "trunk channels",
  "ai.conversation": "AI conversation",
  "lookup.query": "lookup",
  "recording.media": "recording",
  "storage.volume": "storage",
  "amd.detection": "answering machine detection",
  "transcription.job": "transcription",
};

/** `inbound call to DE`, as far as what is recorded says so. */
export function describeUse(event: RecordedEvent): string {
  const noun = NOUNS[event.type] ?? `${event.type} event`;
  const direction = event.data.direction === "inbound" ? "inbound " : "";
  const place = placeOf(event);
  return `${direction}${noun}${place === null ? "" : ` to ${place}`}`;
}

/** The country by any of the event's charges, else the destination of a rate row. */
function placeOf({ charges, type }: RecordedEvent): string | null {
  if (type.startsWith("number.")) return null;
  for (const { dimensions } of charges) {
    const country = dimensions.country ?? dimensions.market;
    if (country !== undefined) return country;
  }
  for (const { deck } of charges) if (deck?.row?.name) return deck.row.name;
  return null;
}

/** Whether the party pays for the event, or is paid. */
export function isReceivable(role: Role): boolean {
  return role === "customer" || role === "reseller";
}

export const BASES: Readonly<Record<Base, { readonly name: string; readonly means: string }>> = {
  cost: { name: "cost", means: "what suppliers charge for this event" },
  customerCharge: { name: "customer's charge", means: "what the account's own agreement charges" },
  parentCharge: { name: "reseller's charge", means: "what the agreement one level up charges" },
  margin: {
    name: "margin",
    means: "what the provider receives for this event less what suppliers charge for it",
  },
};

/** Why nothing was used: `status noAnswer`; null where something was, or nothing says why. */
export function statusOf({ data }: RecordedEvent, charge: RecordedCharge): string | null {
  const isUnanswered = endOf(callStepsOf(charge)) === "unanswered";
  if (!isUnanswered && !isUnused(charge)) return null;
  return typeof data.status === "string" ? `status ${data.status}` : null;
}

/** Whether the term prices a quantity, of which there was none, and nothing else was due. */
export function isUnused({ term, stored }: RecordedCharge): boolean {
  const { model } = term.price;
  const isShare = model === "percentage" || model === "markup" || model === "graduatedShare";
  if (isShare || stored.steps !== "") return false;
  return stored.raw === 0n && (stored.amount ?? 0n) === 0n;
}
