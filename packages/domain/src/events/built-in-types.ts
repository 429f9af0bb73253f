/**
 * The event types that come with Counterpart, named after what a CPaaS platform reports (handbook
 * §1.2). A catalogue adds its own beside them. The first quantity of a type is the one that hourly
 * usage shows.
 *
 * Each `data` is flat. What a platform reports beyond the named fields goes into `attributes`:
 * kept, never priced. `carrier` is the id of the supplier whose route was used; an event that names
 * one must have a cost.
 */
import type { EventType } from "./event-type.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

const TEXT: JsonSchema = { type: "string", minLength: 1, maxLength: 256 };
const SHORT_TEXT: JsonSchema = { type: "string", minLength: 1, maxLength: 64 };
/** As the platform writes it; the source's dial plan reads it. Empty for a withheld number. */
const NUMBER: JsonSchema = { type: "string", maxLength: 256 };
const COUNTRY: JsonSchema = { type: "string", pattern: "^[A-Z]{2}$" };
const MCC: JsonSchema = { type: "string", pattern: "^[0-9]{3}$" };
const MNC: JsonSchema = { type: "string", pattern: "^[0-9]{2,3}$" };

/** A JSON number or a decimal string: `61.25` or `"61.25"`. */
const DECIMAL: JsonSchema = {
  description: "a number of zero or more, at most 15 digits before the point and 12 after it",
  anyOf: [
    { type: "number", minimum: 0 },
    { type: "string", pattern: "^[0-9]{1,15}(\\.[0-9]{1,12})?$" },
  ],
};

/** A whole number of 1 or more, or its decimal string. */
const COUNT: JsonSchema = {
  description: "a whole number of 1 or more, at most 15 digits",
  anyOf: [
    { type: "integer", minimum: 1 },
    { type: "string", pattern: "^[1-9][0-9]{0,14}$" },
  ],
};

const ATTRIBUTES: JsonSchema = {
  type: "object",
  additionalProperties: {
    anyOf: [{ type: "string" }, { type: "number" }, { type: "boolean" }, { type: "null" }],
  },
};

function oneOf(...values: readonly string[]): JsonSchema {
  return { enum: values };
}

/** The schema of a flat `data`: the fields named here and `attributes`, nothing else. */
function flat(
  required: Readonly<Record<string, JsonSchema>>,
  optional: Readonly<Record<string, JsonSchema>>,
): JsonSchema {
  return {
    type: "object",
    properties: { ...required, ...optional, attributes: ATTRIBUTES },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

/**
 * One leg of a call; its time is that of the answer. `durationSeconds` runs from answer to end, to the
 * millisecond; time is counted only of answered legs (handbook §2.3). A forwarded call is two legs, each
 * an event. `lrn` is the location routing number of a ported one (handbook §2.1).
 */
const VOICE_CALL: EventType = {
  title: "Voice call leg",
  schema: flat(
    {
      direction: oneOf("outbound", "inbound"),
      from: NUMBER,
      to: NUMBER,
      status: oneOf("answered", "busy", "noAnswer", "failed", "cancelled"),
      durationSeconds: DECIMAL,
    },
    { carrier: SHORT_TEXT, callId: TEXT, hangupCause: SHORT_TEXT, lrn: NUMBER },
  ),
  channel: "voice.{direction}",
  usage: ["country"],
  quantities: {
    milliseconds: { field: "durationSeconds", times: 1000, when: { status: "answered" } },
    calls: {},
  },
  dimensions: {
    direction: { field: "direction" },
    country: { countryOf: "to" },
    originCountry: { countryOf: "from" },
    originClass: { originClassOf: "from", to: "to" },
    status: { field: "status" },
    carrier: { field: "carrier" },
  },
  numbers: ["from", "to", "lrn"],
  personal: ["from", "to", "lrn"],
};

/**
 * One message to one recipient. `from` may be a name, so it is not read as a number. Segments count
 * whatever the status: an agreement that charges for delivered messages only says so with `where`.
 */
const SMS_MESSAGE: EventType = {
  title: "SMS message",
  schema: flat(
    {
      direction: oneOf("outbound", "inbound"),
      from: NUMBER,
      to: NUMBER,
      segments: COUNT,
      status: oneOf("submitted", "delivered", "undelivered", "expired", "rejected", "received"),
    },
    {
      mcc: MCC,
      mnc: MNC,
      carrier: SHORT_TEXT,
      senderType: oneOf("longCode", "tollFree", "shortCode", "alphanumeric", "tenDlc"),
      messageId: TEXT,
    },
  ),
  channel: "sms.{direction}",
  usage: ["country"],
  quantities: { segments: { field: "segments" }, messages: {} },
  dimensions: {
    direction: { field: "direction" },
    country: { countryOf: "to" },
    network: { network: ["mcc", "mnc"] },
    status: { field: "status" },
    carrier: { field: "carrier" },
  },
  numbers: ["to"],
  personal: ["from", "to"],
};

/**
 * One message to one recipient; of a group message, one event for each recipient. Only delivered
 * messages count; a platform that learns `read` without `delivered` reports `delivered`. `market`
 * is the recipient's country.
 */
const WHATSAPP_MESSAGE: EventType = {
  title: "WhatsApp message",
  schema: flat(
    {
      to: NUMBER,
      category: oneOf("marketing", "utility", "authentication", "service"),
      market: COUNTRY,
      status: oneOf("delivered", "failed"),
    },
    { from: NUMBER, carrier: SHORT_TEXT, waba: SHORT_TEXT, messageId: TEXT },
  ),
  channel: "whatsapp",
  usage: ["category"],
  quantities: { messages: { when: { status: "delivered" } }, attempts: {} },
  dimensions: {
    category: { field: "category" },
    market: { field: "market" },
    carrier: { field: "carrier" },
  },
  numbers: ["to", "from"],
  personal: ["from", "to"],
};

/** One verification of one person, whatever number of attempts it took. */
const VERIFY_CHECK: EventType = {
  title: "Verification",
  schema: flat(
    {
      channel: oneOf(
        "sms",
        "voice",
        "whatsapp",
        "email",
        "flashCall",
        "silentNetwork",
        "push",
        "totp",
      ),
      status: oneOf("succeeded", "failed", "expired"),
    },
    { to: NUMBER, attempts: COUNT, verificationId: TEXT },
  ),
  channel: "verify",
  usage: ["method"],
  quantities: { verifications: { when: { status: "succeeded" } }, checks: {} },
  dimensions: {
    method: { field: "channel" },
    status: { field: "status" },
    country: { countryOf: "to" },
  },
  numbers: ["to"],
  personal: ["to"],
};

/** One participant's stay in a room, from joining to leaving. */
const VIDEO_PARTICIPANT: EventType = {
  title: "Video participant",
  schema: flat(
    { durationSeconds: DECIMAL, tier: oneOf("audio", "sd", "hd", "fullHd") },
    { roomId: TEXT, participantId: TEXT, region: SHORT_TEXT },
  ),
  channel: "video",
  usage: ["tier"],
  quantities: {
    milliseconds: { field: "durationSeconds", times: 1000 },
    participants: {},
  },
  dimensions: { tier: { field: "tier" } },
};

/** One accepted submission, with the number of addresses that it went to. */
const EMAIL_MESSAGE: EventType = {
  title: "E-mail message",
  schema: flat(
    { recipients: COUNT },
    {
      domain: { type: "string", minLength: 1, maxLength: 253 },
      stream: oneOf("transactional", "marketing"),
      sizeBytes: COUNT,
      messageId: TEXT,
    },
  ),
  channel: "email",
  quantities: { recipients: { field: "recipients" }, messages: {} },
  dimensions: { stream: { field: "stream" } },
};

/** A number that was held for whole months; the event's time is the start of the first of them. */
const NUMBER_RENTAL: EventType = {
  title: "Number rental",
  schema: flat(
    {
      number: NUMBER,
      numberType: oneOf("local", "mobile", "national", "tollFree", "shortCode"),
      country: COUNTRY,
      months: COUNT,
    },
    {},
  ),
  channel: "numbers",
  usage: ["country"],
  quantities: { numberMonths: { field: "months" } },
  dimensions: { country: { field: "country" }, numberType: { field: "numberType" } },
  numbers: ["number"],
};

/** The built-in event types by name. */
export const BUILT_IN_TYPES: Readonly<Record<string, EventType>> = {
  "voice.call": VOICE_CALL,
  "sms.message": SMS_MESSAGE,
  "whatsapp.message": WHATSAPP_MESSAGE,
  "verify.check": VERIFY_CHECK,
  "video.participant": VIDEO_PARTICIPANT,
  "email.message": EMAIL_MESSAGE,
  "number.rental": NUMBER_RENTAL,
};
