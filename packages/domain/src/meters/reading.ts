import type { Instant } from "../instant.ts";
import type { MeterValue } from "./meter-value.ts";

/** What a meter reads of one event. */
export interface Reading {
  readonly time: Instant;
  /** The quantity; 0 where the meter reads none. */
  readonly value: bigint;
  /** Of *uniqueCount* the value of its field, of *timeWeighted* the thing; else empty. */
  readonly name: string;
}

/** Half-open. */
export interface Range {
  readonly from: Instant;
  readonly to: Instant;
}

/** Takes readings in order of time, and says what they come to. */
export interface Aggregate {
  add(reading: Reading): void;
  /** null: there is no such value without a reading. */
  value(): MeterValue | null;
}
