/** What the readers of switches have in common: one leg of a call as an event of `voice.call`. */
import type { Source } from "@counterpart/domain/catalogue/source.ts";
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import { secondsText } from "./record-formats.ts";

/** A source whose files are read. */
export interface NamedSource {
  readonly name: string;
  readonly source: Source;
}

export type CallStatus = "answered" | "busy" | "noAnswer" | "failed" | "cancelled";

export interface VoiceRecord {
  readonly id: string;
  /** Account or alias; empty when the record names none. */
  readonly subject: string;
  readonly time: Instant;
  /** The switch's own word, see DirectionRule. */
  readonly direction: string;
  readonly from: string;
  readonly to: string;
  readonly status: CallStatus;
  readonly durationMs: number;
  readonly callId: string;
  readonly hangupCause: string;
}

/**
 * The CloudEvents JSON text of the record. Numbers go as they are: the dial plan is applied later.
 */
export function voiceEvent({ name, source }: NamedSource, record: VoiceRecord): string {
  const { status, durationMs, from, to, callId, hangupCause } = record;
  return eventText({
    id: record.id,
    source: name,
    type: "voice.call",
    subject: record.subject,
    time: record.time,
    data: {
      direction: directionOf(source, record.direction),
      from,
      to,
      status,
      durationSeconds: secondsText(durationMs),
      ...(callId === "" ? {} : { callId }),
      ...(hangupCause === "" ? {} : { hangupCause }),
    },
  });
}

function directionOf({ direction: rule }: Source, word: string): "inbound" | "outbound" {
  const mapped = rule?.map !== undefined && Object.hasOwn(rule.map, word) ? rule.map[word] : null;
  return mapped ?? rule?.otherwise ?? (word === "inbound" ? "inbound" : "outbound");
}

export interface WrittenEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: Instant;
  readonly data: Readonly<Record<string, string>>;
}

export function eventText({ subject, time, data, ...names }: WrittenEvent): string {
  return JSON.stringify({
    specversion: "1.0",
    ...names,
    ...(subject === "" ? {} : { subject }),
    time: formatInstant(time),
    data,
  });
}
