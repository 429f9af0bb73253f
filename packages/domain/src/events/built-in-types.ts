/**
 * The event types that come with Counterpart, named after what a CPaaS platform reports (handbook
 * §1.2). A catalogue adds its own beside them.
 *
 * Each `data` is flat. What a platform reports beyond the named fields goes into `attributes`:
 * kept, never priced. `carrier` is the id of the supplier whose route was used; an event that names
 * one must have a cost.
 */
import type { EventType } from "./event-type.ts";
import { MESSAGE_TYPES } from "./message-types.ts";
import { PLATFORM_TYPES } from "./platform-types.ts";
import {
  COUNT,
  COUNTRY,
  DECIMAL,
  flat,
  NUMBER,
  oneOf,
  SHORT_TEXT,
  TEXT,
  WHOLE,
} from "./schema-parts.ts";

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
  measure: "milliseconds",
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
  lasts: "milliseconds",
};

/** One verification of one person, whatever number of attempts it took. */
const VERIFY_CHECK: EventType = {
  title: "Verification",
  schema: flat(
    {
      channel: SHORT_TEXT,
      status: oneOf("succeeded", "failed", "expired"),
    },
    { to: NUMBER, attempts: COUNT, verificationId: TEXT },
  ),
  channel: "verify",
  usage: ["method"],
  quantities: { verifications: { when: { status: "succeeded" } }, checks: {} },
  measure: "verifications",
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
    { durationSeconds: DECIMAL, tier: SHORT_TEXT },
    { roomId: TEXT, participantId: TEXT, egressBytes: WHOLE, region: SHORT_TEXT },
  ),
  channel: "video",
  usage: ["tier"],
  quantities: {
    milliseconds: { field: "durationSeconds", times: 1000 },
    participants: {},
    bytes: { field: "egressBytes", absent: 0 },
  },
  measure: "milliseconds",
  dimensions: { tier: { field: "tier" } },
};

/** One accepted submission, with the number of addresses that it went to. */
const EMAIL_MESSAGE: EventType = {
  title: "E-mail message",
  schema: flat(
    { recipients: COUNT },
    {
      domain: { type: "string", minLength: 1, maxLength: 253 },
      stream: SHORT_TEXT,
      sizeBytes: COUNT,
      messageId: TEXT,
    },
  ),
  channel: "email",
  quantities: { recipients: { field: "recipients" }, messages: {} },
  measure: "recipients",
  dimensions: { stream: { field: "stream" } },
};

/**
 * A number, or a campaign or brand of registered senders, that was held for whole months; the event's
 * time is the start of the first of them. A set-up fee is a `number.order`.
 */
const NUMBER_RENTAL: EventType = {
  title: "Number rental",
  schema: flat(
    {
      number: NUMBER,
      numberType: SHORT_TEXT,
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

/** A number that was ordered or ported, for what that costs once. */
const NUMBER_ORDER: EventType = {
  title: "Number order",
  schema: flat({ number: NUMBER, numberType: SHORT_TEXT, country: COUNTRY }, { kind: SHORT_TEXT }),
  channel: "numbers",
  usage: ["country"],
  quantities: { orders: {} },
  dimensions: {
    country: { field: "country" },
    numberType: { field: "numberType" },
    kind: { field: "kind" },
  },
  numbers: ["number"],
};

/** The built-in event types by name. */
export const BUILT_IN_TYPES: Readonly<Record<string, EventType>> = {
  "voice.call": VOICE_CALL,
  ...MESSAGE_TYPES,
  "verify.check": VERIFY_CHECK,
  "video.participant": VIDEO_PARTICIPANT,
  "email.message": EMAIL_MESSAGE,
  "number.rental": NUMBER_RENTAL,
  "number.order": NUMBER_ORDER,
  ...PLATFORM_TYPES,
};
