import { parseDecimal } from "../decimal.ts";
import { average, count, latest, maximum, minimum, sum } from "./additive.ts";
import type { EventMeter } from "./meter.ts";
import { peakConcurrent } from "./peak-concurrent.ts";
import { type Percent, percentile } from "./percentile.ts";
import type { Aggregate, Range } from "./reading.ts";
import { timeWeighted } from "./time-weighted.ts";
import { uniqueCount } from "./unique-count.ts";

/** A new aggregate of a checked meter over a range. */
export function startAggregate(meter: EventMeter, range: Range): Aggregate {
  switch (meter.aggregation) {
    case "count":
      return count();
    case "sum":
      return sum();
    case "min":
      return minimum();
    case "max":
      return maximum();
    case "average":
      return average();
    case "latest":
      return latest();
    case "uniqueCount":
      return uniqueCount();
    case "percentile":
      return percentile(percentOf(meter.percentile ?? "50"));
    case "peakConcurrent":
      return peakConcurrent();
    case "timeWeighted":
      return timeWeighted(range, meter.over ?? "range");
  }
}

/** Places of a percentage, such as 99.9. */
const PLACES = 6;

/** Refuses what `parseDecimal` refuses. */
export function percentOf(text: string): Percent {
  return { numerator: parseDecimal(text, PLACES), denominator: 100n * 10n ** BigInt(PLACES) };
}
