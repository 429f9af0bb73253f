import fc from "fast-check";
import { expect, test } from "vitest";
import type { Instant } from "../instant.ts";
import { startAggregate } from "./aggregate.ts";
import type { Aggregation, EventMeter } from "./meter.ts";
import { formatMeterValue } from "./meter-value.ts";
import type { Range } from "./reading.ts";

const HOUR = 3_600_000;
const RANGE: Range = { from: 0 as Instant, to: (10 * HOUR) as Instant };

type Row = readonly [time: number, value: number, name?: string];

function read(meter: Partial<EventMeter>, rows: readonly Row[], range = RANGE): string | null {
  const aggregate = startAggregate({ on: "voice.call", aggregation: "count", ...meter }, range);
  for (const [time, value, name = ""] of rows) {
    aggregate.add({ time: time as Instant, value: BigInt(value), name });
  }
  const value = aggregate.value();
  return value === null ? null : formatMeterValue(value);
}

const ROWS: readonly Row[] = [
  [1, 60, "a"],
  [2, 30, "b"],
  [2, 90, "a"],
  [5, 30, "c"],
];

test.each`
  aggregation      | some      | none
  ${"count"}       | ${"4"}    | ${"0"}
  ${"sum"}         | ${"210"}  | ${"0"}
  ${"min"}         | ${"30"}   | ${null}
  ${"max"}         | ${"90"}   | ${null}
  ${"average"}     | ${"52.5"} | ${null}
  ${"latest"}      | ${"30"}   | ${null}
  ${"uniqueCount"} | ${"3"}    | ${"0"}
`("$aggregation of 60, 30, 90 and 30", ({ aggregation, some, none }) => {
  expect(read({ aggregation }, ROWS)).toBe(some);
  expect(read({ aggregation }, [])).toBe(none);
});

test("an average is exact and shown to 12 places", () => {
  expect(
    read({ aggregation: "average" }, [
      [0, 1],
      [0, 1],
      [0, 2],
    ]),
  ).toBe("1.333333333333");
});

test.each`
  percentile | value   | because
  ${"95"}    | ${"19"} | ${"95 % of 20 are 19"}
  ${"50"}    | ${"10"} | ${"the median of an even count is the lower middle"}
  ${"99.9"}  | ${"20"} | ${"19.98 readings are 20"}
  ${"100"}   | ${"20"} | ${"the largest"}
  ${"0.1"}   | ${"1"}  | ${"the smallest"}
`("percentile $percentile of 1 to 20 is $value: $because", ({ percentile, value }) => {
  const rows = Array.from({ length: 20 }, (_, at): Row => [at, 20 - at]);
  expect(read({ aggregation: "percentile", percentile }, rows)).toBe(value);
});

test("a percentile is one of the readings, and so many percent do not exceed it", () => {
  const values = fc.array(fc.nat(50), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 100 }), (numbers, percent) => {
      const rows = numbers.map((value, at): Row => [at, value]);
      const found = Number(read({ aggregation: "percentile", percentile: `${percent}` }, rows));
      expect(numbers).toContain(found);
      const below = numbers.filter((value) => value <= found).length;
      expect(below * 100).toBeGreaterThanOrEqual(percent * numbers.length);
    }),
  );
});

test.each`
  rows                                   | peak   | because
  ${[[0, 10], [5, 10], [12, 10]]}        | ${"2"} | ${"the first has ended when the third starts"}
  ${[[0, 10], [10, 10]]}                 | ${"1"} | ${"one starts as the other ends"}
  ${[[0, 10], [0, 10], [0, 10]]}         | ${"3"} | ${"all start at once"}
  ${[[0, 0], [0, 0]]}                    | ${"0"} | ${"unanswered calls take no channel"}
  ${[[0, 100], [1, 1], [3, 1], [5, 90]]} | ${"2"} | ${"short ones come and go"}
`("$rows are $peak at once: $because", ({ rows, peak }) => {
  expect(read({ aggregation: "peakConcurrent" }, rows)).toBe(peak);
});

test("a peak is the most intervals over any instant", () => {
  const interval = fc.tuple(fc.nat(40), fc.nat(20));
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 40 }), (intervals) => {
      const rows = intervals.toSorted(([a], [b]) => a - b);
      const at = (time: number): number =>
        rows.filter(([start, length]) => start <= time && time < start + length).length;
      const peak = Math.max(0, ...Array.from({ length: 61 }, (_, time) => at(time)));
      expect(read({ aggregation: "peakConcurrent" }, rows)).toBe(String(peak));
    }),
  );
});

test.each`
  over       | value
  ${"range"} | ${"5.8"}
  ${"hour"}  | ${"58"}
  ${"day"}   | ${"2.416666666667"}
`("4 for four hours and 7 for six are $value per $over", ({ over, value }) => {
  expect(
    read({ aggregation: "timeWeighted", over }, [
      [0, 4],
      [4 * HOUR, 7],
    ]),
  ).toBe(value);
});

test("levels of things add up, and a level from before the range holds in it", () => {
  const rows: Row[] = [
    [-5 * HOUR, 2, "disk"],
    [0, 1, "tape"],
    [5 * HOUR, 0, "disk"],
  ];
  expect(read({ aggregation: "timeWeighted", over: "hour" }, rows)).toBe("20");
});

test("a level that is set late counts from then on", () => {
  expect(read({ aggregation: "timeWeighted" }, [[5 * HOUR, 4]])).toBe("2");
});

test("count, sum, largest and names of two parts of a range are those of the whole", () => {
  const rows = fc.array(fc.tuple(fc.nat(100), fc.nat(1000), fc.constantFrom("a", "b", "c")));
  fc.assert(
    fc.property(rows, fc.nat(50), (all, cut) => {
      const parts = [all.slice(0, cut), all.slice(cut)];
      const of = (aggregation: Aggregation): number[] =>
        parts.map((part) => Number(read({ aggregation }, part)));
      const whole = (aggregation: Aggregation): number => Number(read({ aggregation }, all));
      expect(of("count").reduce((a, b) => a + b)).toBe(whole("count"));
      expect(of("sum").reduce((a, b) => a + b)).toBe(whole("sum"));
      expect(Math.max(...of("max"))).toBe(whole("max"));
      expect(Math.max(...of("uniqueCount"))).toBeLessThanOrEqual(whole("uniqueCount"));
    }),
  );
});
