/** Asterisk: the Master.csv of cdr_csv (handbook §1.4). */
import type { Zone } from "@counterpart/domain/period.ts";
import { malformedRecord, type RecordContent, shownText } from "./file-record.ts";
import { readTime } from "./record-formats.ts";
import { type CallStatus, type NamedSource, voiceEvent } from "./voice-event.ts";

export interface AsteriskSource extends NamedSource {
  /** Of the switch's clock; `UTC` where it writes with usegmtime. */
  readonly zone: Zone;
  /** Id of a record without one of its own; see recordIds. */
  readonly idOf: (fields: readonly string[]) => string;
}

/**
 * One record as an event.
 *
 * - The id is uniqueid, with the sequence where it is logged (`1598518936.86-12`); without a
 *   uniqueid the record's hash and ordinal.
 * - The time is the answer, of a call without one the start; local, in the source's zone.
 * - The duration is billsec: whole seconds are all that this file has.
 * - The direction comes from dcontext by the source's `direction`; without that a call is outbound,
 *   as the accountcode is that of the channel that placed it.
 */
export function readAsterisk(fields: readonly string[], source: AsteriskSource): RecordContent {
  const optional = optionalFields(fields);
  if (optional === null) {
    return malformedRecord(`${fields.length} fields where Asterisk writes 16 to 21`);
  }
  const [subject, from, to, context] = fields as [string, string, string, string];
  if (to === "") return malformedRecord("dst is empty");
  const status = STATUS_OF_DISPOSITION[fields[14]!.replaceAll(" ", "")];
  if (status === undefined) return malformedRecord(`disposition ${shownText(fields[14]!)}`);
  const start = fields[9]!;
  const answer = fields[10]!;
  const written = status === "answered" && answer !== "" ? answer : start;
  const time = readTime(written, "yearMonthDay", source.zone);
  if (time === null) return malformedRecord(`time ${shownText(written)}`);
  const billsec = fields[13]!;
  if (!/^\d{1,9}$/.test(billsec)) return malformedRecord(`billsec ${shownText(billsec)}`);
  const { uniqueId, linkedId, sequence } = optional;
  const ownId = sequence === "" ? uniqueId : `${uniqueId}-${sequence}`;
  return {
    body: voiceEvent(source, {
      id: uniqueId === "" ? source.idOf(fields) : ownId,
      subject,
      time,
      direction: context,
      from,
      to,
      status,
      durationMs: Number(billsec) * 1000,
      callId: linkedId || uniqueId,
      hangupCause: "",
    }),
  };
}

const STATUS_OF_DISPOSITION: Readonly<Record<string, CallStatus>> = {
  ANSWERED: "answered",
  NOANSWER: "noAnswer",
  BUSY: "busy",
  FAILED: "failed",
  CONGESTION: "failed",
};

interface OptionalFields {
  readonly uniqueId: string;
  readonly linkedId: string;
  readonly sequence: string;
}

/**
 * 16 fields, then uniqueid and userfield if they are logged, then perhaps peeraccount and two more.
 */
function optionalFields(fields: readonly string[]): OptionalFields | null {
  if (fields.length < 16 || fields.length > 21) return null;
  const hasSequence = fields.length >= 19;
  const logged = fields.slice(16, hasSequence ? -3 : undefined);
  const [first = ""] = logged;
  // Of a single field only its form tells which one it is.
  const isUniqueId = logged.length === 2 || /^(?:.+-)?\d+\.\d+$/.test(first);
  return {
    uniqueId: isUniqueId ? first : "",
    linkedId: hasSequence ? fields.at(-2)! : "",
    sequence: hasSequence ? fields.at(-1)! : "",
  };
}
