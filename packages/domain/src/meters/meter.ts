/**
 * A meter in its wire form: a named quantity over the events of a range (design: meter). Events are
 * read when it is asked for, so it also holds of events from before it was declared.
 */
export type Meter = EventMeter | DerivedMeter;

/** How the readings of a range become one value; each has a file of its own beside this one. */
export const AGGREGATIONS = [
  "count",
  "sum",
  "min",
  "max",
  "average",
  "latest",
  "uniqueCount",
  "percentile",
  "peakConcurrent",
  "timeWeighted",
] as const;

export type Aggregation = (typeof AGGREGATIONS)[number];

export interface EventMeter {
  readonly title?: string | undefined;
  /** Event type. */
  readonly on: string;
  /** Dimension values that events must have; every one must match. */
  readonly where?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Expression over `data`, `dimensions` and `quantities` that is true for the events that count. */
  readonly filter?: string | undefined;
  readonly aggregation: Aggregation;
  /**
   * What is read of each event: a quantity of its type, in smallest units; for *uniqueCount* a field of
   * `data`; for *peakConcurrent* the quantity of milliseconds that the event lasts. None for *count*.
   */
  readonly of?: string | undefined;
  /** Of *percentile*: `"95"`, above 0, at most 100. */
  readonly percentile?: string | undefined;
  /** Of *timeWeighted*: the field of `data` that names the thing whose level an event sets. */
  readonly per?: string | undefined;
  /** Of *timeWeighted*: the time that the value is per. Default `range`: the average level. */
  readonly over?: LevelTime | undefined;
  /** Dimensions that its value may be split by. */
  readonly by?: readonly string[] | undefined;
}

/** A level of 5 that holds for two hours is 10 per `hour`. `range` is the whole range. */
export type LevelTime = "hour" | "day" | "range";

export interface DerivedMeter {
  readonly title?: string | undefined;
  /** Expression over other meters, by their names. */
  readonly derive: string;
}

export function isDerived(meter: Meter): meter is DerivedMeter {
  return "derive" in meter;
}
