import fc from "fast-check";
import { expect, test } from "vitest";
import type { CallRules } from "../catalogue/call-rules.ts";
import { billSpans } from "./bill-spans.ts";
import type { RateAt } from "./call-rate.ts";
import { answered, callRate, changing, pico, ratedAt, rules } from "./fixtures/call-rates.ts";

const EVER = Number.POSITIVE_INFINITY;

/** 17:59:20 to 18:01:20, where the peak rate ends at 18:00. */
function V7(increments: string): RateAt {
  const peak = callRate({ rate: "0.10", increments }, 1);
  return changing([
    [40_000, peak],
    [EVER, callRate({ rate: "0.04", increments }, 2)],
  ]);
}

test.each`
  policy              | increments | spans                                   | amount
  ${"splitAtEdge"}    | ${"1/1"}   | ${[[1, 1_000, 39_000], [2, 0, 80_000]]} | ${"0.12"}
  ${"incrementStart"} | ${"60/60"} | ${[[1, 60_000, 0], [2, 0, 60_000]]}     | ${"0.14"}
  ${"splitAtEdge"}    | ${"60/60"} | ${[[1, 60_000, 0], [2, 0, 60_000]]}     | ${"0.14"}
`("handbook V7: $policy at $increments costs $amount", ({ policy, increments, spans, amount }) => {
  const by = rules({ timeBandPolicy: policy });
  const billed = billSpans(120_000, V7(increments), by)!;
  expect(billed.map(({ row, initial, next }) => [row, initial, next])).toEqual(spans);
  expect(ratedAt(answered(120), by, V7(increments))!.amount).toBe(pico(amount));
});

test("the connect fee is that of the rate at answer", () => {
  const free = callRate({ rate: "0.10", increments: "60/1" }, 1);
  const dear = callRate({ rate: "0.10", connectFee: "1", increments: "60/1" }, 2);
  const rateAt = changing([
    [600_000, free],
    [EVER, dear],
  ]);
  expect(ratedAt(answered(2400), rules({}), rateAt)!.amount).toBe(pico("4"));
});

test("an edge within a second: 1/1 is cut at its instant, or billed by where each second starts", () => {
  const at = (policy: CallRules["timeBandPolicy"]) => {
    const increments = "1/1";
    const rateAt = changing([
      [39_500, callRate({ rate: "0.10", increments }, 1)],
      [EVER, callRate({ rate: "0.04", increments }, 2)],
    ]);
    return billSpans(60_200, rateAt, rules({ timeBandPolicy: policy }))!.map(
      ({ initial, next }) => initial + next,
    );
  };
  expect(at("splitAtEdge")).toEqual([39_500, 21_500]);
  expect(at("incrementStart")).toEqual([40_000, 21_000]);
});

test("an edge within a second of a call at 60/1: none of its increments is cut", () => {
  const increments = "60/1";
  const rateAt = changing([
    [90_500, callRate({ rate: "0.10", increments }, 1)],
    [EVER, callRate({ rate: "0.04", increments }, 2)],
  ]);
  const spans = billSpans(120_000, rateAt, rules({ timeBandPolicy: "splitAtEdge" }))!;
  expect(spans.map(({ initial, next }) => initial + next)).toEqual([91_000, 29_000]);
});

test("free seconds are the first ones: what is billed starts after them", () => {
  const by = rules({ freeSeconds: 60 });
  const { steps } = ratedAt(answered(120), by, V7("1/1"))!;
  expect(steps).toEqual([
    { kind: "free", duration: 60_000 },
    { kind: "span", row: 2, initial: 1000, next: 59_000 },
  ]);
});

test("no rate at some time of the call is no charge at all", () => {
  const rate = callRate({ rate: "1", increments: "60/60" });
  const rateAt: RateAt = (offset) => (offset < 60_000 ? { row: 1, rate, until: 60_000 } : null);
  expect(billSpans(60_000, rateAt, rules({}))).toHaveLength(1);
  expect(billSpans(60_001, rateAt, rules({}))).toBeNull();
});

const INCREMENTS = ["1/1", "6/6", "30/6", "30/18", "60/60", "60/1", "20/60"];
const arbitraryRates = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 90_000 }), fc.constantFrom(...INCREMENTS)), {
    minLength: 1,
    maxLength: 6,
  })
  .map((stretches): RateAt => {
    let end = 0;
    const rates = stretches.map(([length, increments], at) => {
      end = at === stretches.length - 1 ? EVER : end + length;
      return [end, callRate({ rate: "1", increments }, at + 1)] as const;
    });
    return changing(rates);
  });

/** One increment after the other, as the contract words it. */
function increments(duration: number, rateAt: RateAt, whole: boolean): Map<number, number> {
  const billed = new Map<number, number>();
  for (let at = 0; at < duration; ) {
    const { row, rate } = rateAt(at)!;
    const step =
      at === 0 ? rate.initial : whole ? rate.subsequent - (at % rate.subsequent) : rate.subsequent;
    billed.set(row, (billed.get(row) ?? 0) + step);
    at += step;
  }
  return billed;
}

test.each(["initialThenSubsequent", "wholeMultiple"] as const)(
  "the closed form of %s is the increments one after the other",
  (mode) =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500_000 }), arbitraryRates, (duration, rateAt) => {
        const by = { ...rules({ timeBandPolicy: "incrementStart" }, mode) };
        const spans = billSpans(duration, rateAt, by)!;
        const byRow = new Map<number, number>();
        for (const { row, initial, next } of spans) {
          byRow.set(row, (byRow.get(row) ?? 0) + initial + next);
        }
        expect(byRow).toEqual(increments(duration, rateAt, mode === "wholeMultiple"));
      }),
    ),
);

test("spans cover the call, each starts where the one before it ends, and none is empty", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500_000 }),
      arbitraryRates,
      fc.constantFrom("splitAtEdge" as const, "incrementStart" as const),
      (duration, rateAt, timeBandPolicy) => {
        let at = 0;
        for (const { row, initial, next } of billSpans(
          duration,
          rateAt,
          rules({ timeBandPolicy }),
        )!) {
          expect(rateAt(at)!.row).toBe(row);
          expect(initial + next).toBeGreaterThan(0);
          at += initial + next;
        }
        expect(at).toBeGreaterThanOrEqual(duration);
        expect(at - duration).toBeLessThan(60_000);
      },
    ),
  ));

test("a call of an hour asks for no more rates than a call of a minute", () => {
  const asked = (seconds: number): number => {
    let count = 0;
    const rate = callRate({ rate: "1", increments: "1/1" });
    const rateAt: RateAt = () => {
      count++;
      return { row: 1, rate, until: EVER };
    };
    billSpans(seconds * 1000, rateAt, rules({}));
    return count;
  };
  expect(asked(3600)).toBe(asked(60));
});
