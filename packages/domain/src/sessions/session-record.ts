/**
 * What a switch says about one leg of a call while it lasts: that it started, how much was used so
 * far, that it stopped (handbook §6). The records of a leg are told apart by their sequence.
 */
import type { Instant } from "../instant.ts";

export type SessionPhase = "start" | "interim" | "stop";

/** What the usage of a record counts: from the start of the session, or since the record before. */
export type UsageMode = "cumulative" | "delta";

export interface SessionRecord {
  /** Counts the records of the session, one by one, from any number on. */
  readonly sequence: number;
  readonly phase: SessionPhase;
  /** When the source made it; of a start, when the usage began. */
  readonly time: Instant;
  /** Usage, by the mode of its source. */
  readonly milliseconds: number;
  /** Event type, such as `voice.call`. */
  readonly type: string;
  /** Account or alias; empty when the record names none. */
  readonly subject: string;
  /** Fields of the event's data, without its duration. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The most that one record may count: about three years. */
export const SESSION_MILLISECONDS_MAX = 1e11;
/** Sequences fit 31 bits: switches count records, not time. */
export const SEQUENCE_MAX = 2_147_483_647;
