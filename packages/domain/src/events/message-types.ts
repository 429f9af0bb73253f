/**
 * The built-in event types of messages, and the receipts that tell later what became of one (handbook
 * §1.2, §3).
 *
 * `mcc` and `mnc` are those of the network that the number is ported to, as they were known when the
 * message was sent: a receipt does not change the price.
 */
import type { EventType } from "./event-type.ts";
import {
  COUNT,
  COUNTRY,
  flat,
  type JsonSchema,
  MCC,
  MNC,
  NUMBER,
  oneOf,
  SHORT_TEXT,
  TEXT,
} from "./schema-parts.ts";

/** What was written. Personal; bounded by the size of an event. */
const MESSAGE_TEXT: JsonSchema = { type: "string" };

const STATES = [
  "submitted",
  "accepted",
  "delivered",
  "read",
  "undelivered",
  "expired",
  "rejected",
  "failed",
  "unconfirmed",
] as const;

const STATUS = oneOf(...STATES, "received");

const ROUTE: Readonly<Record<string, JsonSchema>> = {
  mcc: MCC,
  mnc: MNC,
  carrier: SHORT_TEXT,
  senderType: SHORT_TEXT,
  trafficType: SHORT_TEXT,
  errorCode: SHORT_TEXT,
  messageId: TEXT,
};

const ROUTE_DIMENSIONS: EventType["dimensions"] = {
  direction: { field: "direction" },
  country: { countryOf: "to" },
  network: { network: ["mcc", "mnc"] },
  status: { field: "status" },
  carrier: { field: "carrier" },
  senderType: { field: "senderType" },
  trafficType: { field: "trafficType" },
  errorCode: { field: "errorCode" },
};

/** A schema that wants at least one of two fields. */
function eitherOf(schema: JsonSchema, one: string, other: string): JsonSchema {
  const has = (field: string) => ({ properties: { [field]: {} }, required: [field] });
  return { ...schema, anyOf: [has(one), has(other)] };
}

/**
 * One message to one recipient. `from` may be a name, so it is not read as a number. Segments count
 * whatever the status: an agreement that charges for delivered messages says so with `chargeOn`. An
 * event brings its `segments` or the `text` that they are counted from, as the platform got it;
 * `smartEncoding` says that the platform replaced what GSM 7-bit does not have.
 */
const SMS_MESSAGE: EventType = {
  title: "SMS message",
  schema: eitherOf(
    flat(
      {
        direction: oneOf("outbound", "inbound"),
        from: NUMBER,
        to: NUMBER,
        status: STATUS,
      },
      {
        ...ROUTE,
        segments: COUNT,
        text: MESSAGE_TEXT,
        smartEncoding: { enum: [true, false, "true", "false"] },
        referenceBits: { enum: [8, 16, "8", "16"] },
        encoding: oneOf("gsm7", "ucs2"),
        encodingApplied: oneOf("none", "smart"),
      },
    ),
    "segments",
    "text",
  ),
  channel: "sms.{direction}",
  usage: ["country"],
  quantities: {
    segments: { field: "segments", text: { field: "text", as: "smsSegments" } },
    messages: {},
  },
  measure: "segments",
  dimensions: ROUTE_DIMENSIONS,
  numbers: ["to"],
  personal: ["from", "to", "text"],
  delivery: { status: "status" },
};

/** One message to one recipient with `media` attachments of `sizeBytes` together. */
const MMS_MESSAGE: EventType = {
  title: "MMS message",
  schema: flat(
    {
      direction: oneOf("outbound", "inbound"),
      from: NUMBER,
      to: NUMBER,
      media: COUNT,
      status: STATUS,
    },
    { ...ROUTE, sizeBytes: COUNT },
  ),
  channel: "mms.{direction}",
  usage: ["country"],
  quantities: { messages: {}, media: { field: "media" }, bytes: { field: "sizeBytes" } },
  measure: "messages",
  dimensions: ROUTE_DIMENSIONS,
  numbers: ["to"],
  personal: ["from", "to"],
  delivery: { status: "status" },
};

/**
 * One RCS message or event. `messageType` is the agent platform's word: `basic`, `single` and
 * `conversation` worldwide; in the United States `richText`, which is billed by segments of 160 octets
 * of UTF-8, `richMedia` and `suggestedAction`, which are billed each.
 */
const RCS_MESSAGE: EventType = {
  title: "RCS message",
  schema: flat(
    {
      direction: oneOf("outbound", "inbound"),
      to: NUMBER,
      messageType: SHORT_TEXT,
      status: STATUS,
    },
    { ...ROUTE, from: NUMBER, agent: TEXT, segments: COUNT, text: MESSAGE_TEXT },
  ),
  channel: "rcs.{direction}",
  usage: ["messageType"],
  quantities: {
    messages: {},
    segments: { field: "segments", text: { field: "text", as: "rcsSegments" } },
  },
  measure: "messages",
  dimensions: { ...ROUTE_DIMENSIONS, messageType: { field: "messageType" } },
  numbers: ["to"],
  personal: ["from", "to", "text"],
  delivery: { status: "status" },
};

/**
 * One message to one recipient, once its fate is known; of a group message, one event for each
 * recipient. Only delivered messages count, and `read` is delivered: its receipt may be the only one.
 * `market` is the recipient's country; `pricingType` is the channel owner's word for what is free.
 */
const WHATSAPP_MESSAGE: EventType = {
  title: "WhatsApp message",
  schema: flat(
    {
      to: NUMBER,
      category: SHORT_TEXT,
      market: COUNTRY,
      status: oneOf("delivered", "read", "undelivered", "failed"),
    },
    {
      from: NUMBER,
      carrier: SHORT_TEXT,
      pricingType: SHORT_TEXT,
      waba: SHORT_TEXT,
      group: TEXT,
      messageId: TEXT,
    },
  ),
  channel: "whatsapp",
  usage: ["category"],
  quantities: { messages: { when: { status: ["delivered", "read"] } }, attempts: {} },
  measure: "messages",
  dimensions: {
    category: { field: "category" },
    market: { field: "market" },
    carrier: { field: "carrier" },
    pricingType: { field: "pricingType" },
  },
  numbers: ["to", "from"],
  personal: ["from", "to"],
};

/**
 * What became of a message that was reported before, or will be: the message's data once more, the state
 * that it left (`after`) and the one that it came to (`status`). It is charged by the terms on the
 * message, and its time is the message's, so that both fall under one price and one month. A message
 * leaves each state once: that is the id, and a receipt that comes again is a duplicate.
 */
function receiptOf(name: string, { schema, ...message }: EventType): EventType {
  const { properties, required, ...rest } = schema;
  return {
    ...message,
    title: `Receipt of an ${message.title}`,
    schema: {
      ...rest,
      properties: {
        ...(properties as Record<string, JsonSchema>),
        after: oneOf(...STATES),
        status: oneOf(...STATES),
        receiptTime: { type: "string", maxLength: 64 },
      },
      required: [...(required as readonly string[]), "messageId", "after"],
    },
    quantities: { receipts: {}, ...message.quantities },
    measure: "receipts",
    dimensions: { ...message.dimensions, after: { field: "after" } },
    id: "{messageId}/{after}",
    delivery: { status: "status", after: "after", of: name },
  };
}

/** Event types of messages and of their receipts by name. */
export const MESSAGE_TYPES: Readonly<Record<string, EventType>> = {
  "sms.message": SMS_MESSAGE,
  "sms.receipt": receiptOf("sms.message", SMS_MESSAGE),
  "mms.message": MMS_MESSAGE,
  "mms.receipt": receiptOf("mms.message", MMS_MESSAGE),
  "rcs.message": RCS_MESSAGE,
  "rcs.receipt": receiptOf("rcs.message", RCS_MESSAGE),
  "whatsapp.message": WHATSAPP_MESSAGE,
};
