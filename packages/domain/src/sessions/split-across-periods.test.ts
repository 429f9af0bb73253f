import fc from "fast-check";
import { expect, test } from "vitest";
import { timesFraction } from "../amount.ts";
import { type Instant, parseInstant } from "../instant.ts";
import { billedDuration } from "../rating/billed-duration.ts";
import { type RatedCall, splitAcrossPeriods } from "./split-across-periods.ts";

const MINUTE = 60_000;
const MIDNIGHT = parseInstant("2026-02-01T00:00:00Z");
const pico = (decimal: number): bigint => BigInt(Math.round(decimal * 100)) * 10n ** 10n;

/** A call at 0.06 a minute, billed by the minute. */
function call(start: string, seconds: number, more: Partial<RatedCall> = {}): RatedCall {
  return {
    start: parseInstant(start),
    milliseconds: seconds * 1000,
    billed: billedDuration(seconds * 1000, MINUTE, MINUTE),
    initial: MINUTE,
    subsequent: MINUTE,
    connectFee: 0n,
    costOf: (billed) => timesFraction(pico(0.06), BigInt(billed), BigInt(MINUTE)),
    ...more,
  };
}

const L1 = call("2026-01-31T23:30:00Z", 6300, { connectFee: pico(0.05) });
const L2 = call("2026-01-31T23:58:50Z", 120);

test("L1 by its end, the whole call is February's: 6.35", () => {
  const shares = splitAcrossPeriods(L1, [MIDNIGHT], "byEnd");
  expect(shares).toEqual([{ period: 1, billed: 105 * MINUTE, amount: pico(6.35) }]);
});

test("L1 by its start, the whole call is January's: 6.35", () => {
  const shares = splitAcrossPeriods(L1, [MIDNIGHT], "byStart");
  expect(shares).toEqual([{ period: 0, billed: 105 * MINUTE, amount: pico(6.35) }]);
});

test("L1 split: January 30 min and the connect fee 1.85, February 75 min 4.50", () => {
  expect(splitAcrossPeriods(L1, [MIDNIGHT], "split")).toEqual([
    { period: 0, billed: 30 * MINUTE, amount: pico(1.85) },
    { period: 1, billed: 75 * MINUTE, amount: pico(4.5) },
  ]);
});

test("L2 split: both increments start in January, so that it has 120 s and February none", () => {
  const shares = splitAcrossPeriods(L2, [MIDNIGHT], "split");
  expect(shares).toEqual([{ period: 0, billed: 120_000, amount: pico(0.12) }]);
});

test("L2 by its end is February's 120 s, never 180 s", () => {
  const shares = splitAcrossPeriods(L2, [MIDNIGHT], "byEnd");
  expect(shares).toEqual([{ period: 1, billed: 120_000, amount: pico(0.12) }]);
});

test.each`
  start                         | seconds | period | because
  ${"2026-01-31T23:59:00Z"}     | ${60}   | ${0}   | ${"the instant of midnight is not used any more"}
  ${"2026-01-31T23:59:00.001Z"} | ${60}   | ${1}   | ${"its last millisecond is February's"}
  ${"2026-02-01T00:00:00Z"}     | ${60}   | ${1}   | ${"midnight belongs to February"}
  ${"2026-02-01T00:00:00Z"}     | ${0}    | ${1}   | ${"a call without length is where it starts"}
`("a call from $start for $seconds s ends in period $period: $because", (row) => {
  const shares = splitAcrossPeriods(call(row.start, row.seconds), [MIDNIGHT], "byEnd");
  expect(shares.map(({ period }) => period)).toEqual([row.period]);
});

test("an initial increment that reaches across midnight is not cut", () => {
  const long = { billed: 90_000, initial: 60_000, subsequent: 6_000 };
  const shares = splitAcrossPeriods(call("2026-01-31T23:59:30Z", 90, long), [MIDNIGHT], "split");
  expect(shares.map(({ period, billed }) => [period, billed])).toEqual([
    [0, 60_000],
    [1, 30_000],
  ]);
});

test("a call of three days has a share in each period that it touches", () => {
  const days = [
    MIDNIGHT,
    parseInstant("2026-02-02T00:00:00Z"),
    parseInstant("2026-02-03T00:00:00Z"),
  ];
  const shares = splitAcrossPeriods(call("2026-01-31T23:00:00Z", 2 * 86_400), days, "split");
  expect(shares.map(({ period, billed }) => [period, billed / MINUTE])).toEqual([
    [0, 60],
    [1, 1440],
    [2, 1380],
  ]);
});

test("the shares of a call are the call, whatever the boundaries, increments and policy", () => {
  const increment = fc.integer({ min: 1, max: 90_000 });
  const cases = fc.record({
    raw: fc.integer({ min: 0, max: 10_000_000 }),
    initial: increment,
    subsequent: increment,
    offsets: fc.uniqueArray(fc.integer({ min: -100_000, max: 10_000_000 }), { maxLength: 6 }),
    fee: fc.bigInt({ min: 0n, max: 10n ** 13n }),
    rate: fc.bigInt({ min: 1n, max: 10n ** 12n }),
    policy: fc.constantFrom("byEnd" as const, "byStart" as const, "split" as const),
  });
  fc.assert(
    fc.property(cases, ({ raw, initial, subsequent, offsets, fee, rate, policy }) => {
      const billed = billedDuration(raw, initial, subsequent);
      const costOf = (part: number): bigint => timesFraction(rate, BigInt(part), BigInt(MINUTE));
      const rated = {
        ...{ start: MIDNIGHT, milliseconds: raw, billed, initial, subsequent },
        ...{ connectFee: fee, costOf },
      };
      const boundaries = offsets.toSorted((a, b) => a - b).map((at) => (MIDNIGHT + at) as Instant);
      const shares = splitAcrossPeriods(rated, boundaries, policy);
      expect(shares.reduce((sum, share) => sum + share.billed, 0)).toBe(billed);
      expect(shares.reduce((sum, { amount }) => sum + amount, 0n)).toBe(fee + costOf(billed));
    }),
  );
});

test("what is billed and is no number of increments is our bug", () => {
  const odd = call("2026-01-31T23:58:50Z", 90, { billed: 90_000 });
  expect(() => splitAcrossPeriods(odd, [MIDNIGHT], "split")).toThrow(
    "what is billed is increments",
  );
});
