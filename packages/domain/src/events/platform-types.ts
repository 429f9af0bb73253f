/** The built-in event types of what is sold beside calls and messages (handbook §1.2). */
import type { EventType } from "./event-type.ts";
import { COUNTRY, DECIMAL, flat, NUMBER, oneOf, SHORT_TEXT, TEXT, WHOLE } from "./schema-parts.ts";

/** An attempt of a verification over one channel; `verify.check` is what came of all of them. */
const VERIFY_ATTEMPT: EventType = {
  title: "Verification attempt",
  schema: flat(
    { channel: SHORT_TEXT },
    { to: NUMBER, verificationId: TEXT, carrier: SHORT_TEXT, status: SHORT_TEXT },
  ),
  channel: "verify.attempts",
  usage: ["method"],
  quantities: { attempts: {} },
  dimensions: {
    method: { field: "channel" },
    status: { field: "status" },
    country: { countryOf: "to" },
    carrier: { field: "carrier" },
  },
  numbers: ["to"],
  personal: ["to"],
};

/** A recording of a room, or the composition of recordings into one. */
const VIDEO_RECORDING: EventType = {
  title: "Video recording",
  schema: flat(
    { kind: oneOf("recorded", "composed"), durationSeconds: DECIMAL },
    { roomId: TEXT, tier: SHORT_TEXT },
  ),
  channel: "video.{kind}",
  quantities: { milliseconds: { field: "durationSeconds", times: 1000 } },
  dimensions: { kind: { field: "kind" }, tier: { field: "tier" } },
};

/**
 * What a SIP trunk held and used in a span, a day say: committed channels times days, the seconds that
 * calls ran beyond them, and the channels of the 95th percentile where that is the measure.
 */
const TRUNK_CHANNEL: EventType = {
  title: "SIP trunk channels",
  schema: flat(
    { trunkId: TEXT, channelDays: WHOLE },
    {
      burstChannelSeconds: DECIMAL,
      peakChannels: WHOLE,
      percentileChannels: WHOLE,
      carrier: SHORT_TEXT,
      region: SHORT_TEXT,
    },
  ),
  channel: "trunk",
  quantities: {
    channelDays: { field: "channelDays" },
    burstChannelMilliseconds: { field: "burstChannelSeconds", times: 1000, absent: 0 },
    peakChannels: { field: "peakChannels" },
    percentileChannels: { field: "percentileChannels" },
  },
  measure: "channelDays",
  dimensions: { region: { field: "region" }, carrier: { field: "carrier" } },
};

/**
 * One conversation with an AI agent, by voice or chat, with what it used of each component. What it did
 * not use is left out and counts 0. `inputTokens` are those that were not cached.
 */
const AI_CONVERSATION: EventType = {
  title: "AI conversation",
  schema: flat(
    { mode: SHORT_TEXT },
    {
      durationSeconds: DECIMAL,
      transcribedSeconds: DECIMAL,
      spokenCharacters: WHOLE,
      inputTokens: WHOLE,
      cachedInputTokens: WHOLE,
      outputTokens: WHOLE,
      toolCalls: WHOLE,
      knowledgeQueries: WHOLE,
      chatMessages: WHOLE,
      model: SHORT_TEXT,
      provider: SHORT_TEXT,
      ownKey: oneOf("yes", "no"),
      carrier: SHORT_TEXT,
      conversationId: TEXT,
      callId: TEXT,
    },
  ),
  channel: "ai",
  usage: ["model"],
  quantities: {
    conversations: {},
    milliseconds: { field: "durationSeconds", times: 1000, absent: 0 },
    transcribedMilliseconds: { field: "transcribedSeconds", times: 1000, absent: 0 },
    spokenCharacters: { field: "spokenCharacters", absent: 0 },
    inputTokens: { field: "inputTokens", absent: 0 },
    cachedInputTokens: { field: "cachedInputTokens", absent: 0 },
    outputTokens: { field: "outputTokens", absent: 0 },
    toolCalls: { field: "toolCalls", absent: 0 },
    knowledgeQueries: { field: "knowledgeQueries", absent: 0 },
    chatMessages: { field: "chatMessages", absent: 0 },
  },
  measure: "conversations",
  dimensions: {
    mode: { field: "mode" },
    model: { field: "model" },
    provider: { field: "provider" },
    ownKey: { field: "ownKey" },
    carrier: { field: "carrier" },
  },
};

/** One query about a number or an address. `kind`: `carrier`, `callerName`, `emailAddress`, … */
const LOOKUP_QUERY: EventType = {
  title: "Lookup",
  schema: flat(
    { kind: SHORT_TEXT },
    { to: NUMBER, carrier: SHORT_TEXT, queryId: TEXT, status: SHORT_TEXT },
  ),
  channel: "lookup",
  usage: ["kind"],
  quantities: { lookups: {} },
  dimensions: {
    kind: { field: "kind" },
    country: { countryOf: "to" },
    status: { field: "status" },
    carrier: { field: "carrier" },
  },
  numbers: ["to"],
  personal: ["to"],
};

/** A recording of a call, as long as it runs. */
const RECORDING_MEDIA: EventType = {
  title: "Recording",
  schema: flat({ durationSeconds: DECIMAL }, { callId: TEXT, kind: SHORT_TEXT }),
  channel: "recording",
  quantities: { milliseconds: { field: "durationSeconds", times: 1000 }, recordings: {} },
  measure: "milliseconds",
  dimensions: { kind: { field: "kind" } },
};

/** What was kept over a span: gigabytes times months, to the byte. */
const STORAGE_VOLUME: EventType = {
  title: "Storage",
  schema: flat({ gigabyteMonths: DECIMAL }, { kind: SHORT_TEXT, region: SHORT_TEXT }),
  channel: "storage",
  quantities: { byteMonths: { field: "gigabyteMonths", times: 1_000_000_000 } },
  dimensions: { kind: { field: "kind" }, region: { field: "region" } },
};

/** One call that was asked who answered it. */
const AMD_DETECTION: EventType = {
  title: "Answering machine detection",
  schema: flat({ result: SHORT_TEXT }, { callId: TEXT, to: NUMBER, country: COUNTRY }),
  channel: "amd",
  quantities: { detections: {} },
  dimensions: { result: { field: "result" }, country: { field: "country" } },
  numbers: ["to"],
  personal: ["to"],
};

/** Speech that became text. */
const TRANSCRIPTION_JOB: EventType = {
  title: "Transcription",
  schema: flat(
    { durationSeconds: DECIMAL },
    { callId: TEXT, language: SHORT_TEXT, model: SHORT_TEXT, carrier: SHORT_TEXT },
  ),
  channel: "transcription",
  quantities: { milliseconds: { field: "durationSeconds", times: 1000 }, transcriptions: {} },
  measure: "milliseconds",
  dimensions: {
    language: { field: "language" },
    model: { field: "model" },
    carrier: { field: "carrier" },
  },
};

/** Event types of components and of what runs beside calls and messages, by name. */
export const PLATFORM_TYPES: Readonly<Record<string, EventType>> = {
  "verify.attempt": VERIFY_ATTEMPT,
  "video.recording": VIDEO_RECORDING,
  "trunk.channel": TRUNK_CHANNEL,
  "ai.conversation": AI_CONVERSATION,
  "lookup.query": LOOKUP_QUERY,
  "recording.media": RECORDING_MEDIA,
  "storage.volume": STORAGE_VOLUME,
  "amd.detection": AMD_DETECTION,
  "transcription.job": TRANSCRIPTION_JOB,
};
