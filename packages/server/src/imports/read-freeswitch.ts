/** FreeSWITCH: the JSON records of mod_json_cdr (handbook §1.4). */
import { type Instant, instantOfEpochMs } from "@counterpart/domain/instant.ts";
import { malformedRecord, type RecordContent, type RecordProblem } from "./file-record.ts";
import { millisecondsOfMicroseconds } from "./record-formats.ts";
import { type CallStatus, type NamedSource, voiceEvent } from "./voice-event.ts";

/**
 * One record, which is one channel and so one leg of a call, as an event.
 *
 * - The id is the channel's uuid; the two legs have different ones and the same `call_uuid`.
 * - The time is the answer, of a call without one the start, from epochs and never from stamps
 *   (those are local times).
 * - The duration is the finest of billusec, billmsec and billsec, rounded half up to the
 *   millisecond. billsec is the difference of two cut-off seconds and may be a second off.
 * - The direction is the channel's: `inbound` came to the switch (leg A), `outbound` was placed by
 *   it (leg B). A source whose leg A is its customers' outgoing call says so with `direction`.
 */
export function readFreeswitch(text: string, source: NamedSource): RecordContent {
  const record = parseObject(text);
  if (record === null) return { problem: "event.unreadable", detail: "not a JSON object" };
  const call = callOf(record);
  const id = call.variable("uuid") || call.profile("uuid");
  if (id === "") return malformedRecord("no uuid");
  const to = call.profile("destination_number") || call.variable("destination_number");
  if (to === "") return malformedRecord("no destination_number");
  const answeredUs = call.microseconds("answer", "answered_time");
  const time = instantOf(answeredUs ?? call.microseconds("start", "profile_created_time"));
  if (time === null) return malformedRecord("no time of answer or start");
  const duration = answeredUs === null ? 0 : durationOf(call, answeredUs);
  if (typeof duration !== "number") return duration;
  const hangupCause = call.variable("hangup_cause");
  return {
    body: voiceEvent(source, {
      id,
      subject: call.variable("accountcode"),
      time,
      direction: call.variable("direction") || call.channel("direction"),
      from: call.profile("caller_id_number") || call.variable("caller_id_number"),
      to,
      status: answeredUs === null ? (STATUS_OF_CAUSE[hangupCause] ?? "failed") : "answered",
      durationMs: duration,
      callId: call.variable("call_uuid") || id,
      hangupCause,
    }),
  };
}

/** What causes mean for a call that nobody answered; any other is a failure. */
const STATUS_OF_CAUSE: Readonly<Record<string, CallStatus>> = {
  USER_BUSY: "busy",
  NO_ANSWER: "noAnswer",
  NO_USER_RESPONSE: "noAnswer",
  ALLOTTED_TIMEOUT: "noAnswer",
  PROGRESS_TIMEOUT: "noAnswer",
  MEDIA_TIMEOUT: "noAnswer",
  NORMAL_CLEARING: "noAnswer",
  ORIGINATOR_CANCEL: "cancelled",
  LOSE_RACE: "cancelled",
  PICKED_OFF: "cancelled",
};

type JsonObject = Readonly<Record<string, unknown>>;

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Call {
  variable(name: string): string;
  channel(name: string): string;
  /** Of the newest caller profile: after transfers, where the call went. */
  profile(name: string): string;
  /**
   * Microseconds of `<name>_uepoch`, `<name>_epoch` or a time of the call flow; null when 0 or
   * absent.
   */
  microseconds(name: string, timesName: string): number | null;
}

function callOf(record: JsonObject): Call {
  const variables = objectOf(record.variables);
  const channelData = objectOf(record.channel_data);
  const flows = Array.isArray(record.callflow) ? record.callflow.map(objectOf) : [];
  const newest = objectOf(flows[0]?.caller_profile);
  const times = objectOf(flows[0]?.times);
  // mod_json_cdr may be told to URL-encode variables, and only them; a stamp then shows it.
  const isEncoded = /%3A/i.test(textOf(variables.start_stamp));
  const variable = (name: string): string => {
    const text = textOf(variables[name]);
    return isEncoded ? decoded(text) : text;
  };
  return {
    variable,
    channel: (name) => textOf(channelData[name]),
    profile: (name) => textOf(newest[name]),
    microseconds(name, timesName) {
      const seconds = wholeOf(variable(`${name}_epoch`));
      return (
        wholeOf(variable(`${name}_uepoch`)) ??
        (seconds === null ? null : seconds * 1_000_000) ??
        wholeOf(textOf(times[timesName]))
      );
    },
  };
}

function durationOf(call: Call, answeredUs: number): number | RecordProblem {
  for (const [name, perMillisecond] of DURATIONS) {
    const text = call.variable(name);
    if (text === "") continue;
    if (!/^\d{1,15}$/.test(text)) return malformedRecord(`${name} is not a whole number`);
    return millisecondsOfMicroseconds(Number(text) * (1000 / perMillisecond));
  }
  const ended = call.microseconds("end", "hangup_time");
  if (ended === null || ended < answeredUs) return malformedRecord("no duration");
  return millisecondsOfMicroseconds(ended - answeredUs);
}

/** How many of each unit are a millisecond, the finest first. */
const DURATIONS = [
  ["billusec", 1000],
  ["billmsec", 1],
  ["billsec", 0.001],
] as const;

function instantOf(microseconds: number | null): Instant | null {
  return microseconds === null ? null : instantOfEpochMs(Math.floor(microseconds / 1000));
}

/** A whole number above zero; absent times are written as 0. */
function wholeOf(text: string): number | null {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  return value > 0 && Number.isSafeInteger(value) ? value : null;
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
