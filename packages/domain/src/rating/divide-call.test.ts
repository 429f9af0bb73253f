import fc from "fast-check";
import { expect, test } from "vitest";
import type { LongCallPolicy, Price, Term } from "../catalogue/catalogue.ts";
import { type Instant, parseInstant } from "../instant.ts";
import { formatLocalDay } from "../period.ts";
import { readCallSteps } from "../voice/call-steps.ts";
import type { Charge } from "./charge.ts";
import { rate, smallBook, type TestAgreement, type TestRow, term } from "./fixtures/small-book.ts";

const ROWS: readonly TestRow[] = [
  { key: "49", rate: "0.06", connectFee: "0.05", increments: "60/60" },
  { key: "43", rate: "0.06", increments: "60/60" },
  { key: "33", rate: "0.06", rateNext: "0.03", connectFee: "0.02", increments: "60/6" },
];
const DECK: Price = { model: "deck", deck: "calls" };

interface World {
  readonly policy?: LongCallPolicy;
  readonly more?: readonly Term[];
  readonly partner?: Price;
  readonly timeZone?: string;
}

function bookOf({ policy, more = [], partner, timeZone = "UTC" }: World) {
  const agreement = (role: "customer" | "partner", terms: readonly Term[]): TestAgreement => {
    return { role, terms, timeZone, ...(policy === undefined ? {} : { longCalls: policy }) };
  };
  return smallBook({
    decks: { calls: { rows: ROWS } },
    agreements: {
      customer: agreement("customer", [term("voice.call", DECK), ...more]),
      ...(partner === undefined
        ? {}
        : { partner: agreement("partner", [term("voice.call", partner)]) }),
    },
  });
}

function chargesOf(
  world: World,
  start: string,
  seconds: number,
  to = "+4930111111",
): readonly Charge[] {
  const data = { direction: "outbound", from: "+4930999999", to, status: "answered" };
  const rating = rate(
    bookOf(world),
    "voice.call",
    { ...data, durationSeconds: seconds },
    { time: parseInstant(start) },
  );
  if ("refused" in rating) throw new Error(rating.detail);
  return rating.charges;
}

/** Day, billed seconds, amount in euros and events of each charge. */
function shown(charges: readonly Charge[]) {
  return charges.map(({ day, billed, amount, count }) => [
    formatLocalDay(day),
    billed / 1000,
    Number(amount) / 1e12,
    count,
  ]);
}

const L1 = ["2026-01-31T23:30:00Z", 6300] as const;
const L2 = ["2026-01-31T23:58:50Z", 120, "+4312345678"] as const;

test.each`
  name    | policy       | parts
  ${"L1"} | ${"byEnd"}   | ${[["2026-02-01", 6300, 6.35, 1]]}
  ${"L1"} | ${"byStart"} | ${[["2026-01-31", 6300, 6.35, 1]]}
  ${"L1"} | ${"split"}   | ${[["2026-01-31", 1800, 1.85, 1], ["2026-02-01", 4500, 4.5, 0]]}
  ${"L2"} | ${"byEnd"}   | ${[["2026-02-01", 120, 0.12, 1]]}
  ${"L2"} | ${"split"}   | ${[["2026-01-31", 120, 0.12, 1]]}
`("$name $policy is $parts", ({ name, policy, parts }) => {
  const charges = name === "L1" ? chargesOf({ policy }, ...L1) : chargesOf({ policy }, ...L2);
  expect(shown(charges)).toEqual(parts);
});

test("a call counts by its end where nothing is agreed", () => {
  expect(shown(chargesOf({}, ...L1))).toEqual([["2026-02-01", 6300, 6.35, 1]]);
});

test.each`
  start                         | seconds | day             | because
  ${"2026-01-31T23:59:00Z"}     | ${60}   | ${"2026-01-31"} | ${"the instant of midnight is not used any more"}
  ${"2026-01-31T23:59:00.001Z"} | ${60}   | ${"2026-02-01"} | ${"its last millisecond is February's"}
  ${"2026-02-01T00:00:00Z"}     | ${60}   | ${"2026-02-01"} | ${"midnight belongs to February"}
  ${"2026-01-30T12:00:00Z"}     | ${2e5}  | ${"2026-01-31"} | ${"it counts a day after its start at the latest"}
`("a call from $start for $seconds s counts on $day: $because", ({ start, seconds, day }) => {
  expect(shown(chargesOf({}, start, seconds))[0]?.[0]).toBe(day);
});

test("months are those of the agreement's zone", () => {
  const charges = chargesOf({ policy: "split", timeZone: "Europe/Berlin" }, ...L1);
  expect(shown(charges)).toEqual([["2026-02-01", 6300, 6.35, 1]]);
});

test("an initial increment that reaches across midnight is not cut", () => {
  const charges = chargesOf({ policy: "split" }, "2026-01-31T23:59:30Z", 90, "+33140000000");
  // 60 s at 0.06 and the fee; five increments of 6 s at 0.03.
  expect(shown(charges)).toEqual([
    ["2026-01-31", 60, 0.08, 1],
    ["2026-02-01", 30, 0.015, 0],
  ]);
});

test("what stands on a call is divided as the call is", () => {
  const surcharge: Price = { model: "surcharge", on: "usage", rate: "0.12", per: "minute" };
  const more = [term("voice.call", surcharge, { id: "origin" })];
  const share: Price = { model: "percentage", of: "customerCharge", percent: "10" };
  const charges = chargesOf({ policy: "split", more, partner: share }, ...L1);
  expect(shown(charges).map(([day, , amount]) => [day, amount])).toEqual([
    ["2026-01-31", 1.85],
    ["2026-02-01", 4.5],
    ["2026-01-31", 3.6],
    ["2026-02-01", 9],
    ["2026-01-31", 0.545],
    ["2026-02-01", 1.35],
  ]);
});

test("a part tells which part it is", () => {
  const [first, second] = chargesOf({ policy: "split" }, ...L1);
  expect(readCallSteps(first!.steps)).toEqual([{ kind: "part", from: 0, of: 6_300_000 }]);
  expect(readCallSteps(second!.steps)).toEqual([
    { kind: "count", count: 0 },
    { kind: "part", from: 1_800_000, of: 6_300_000 },
  ]);
});

test("the parts of a call are the call, however long and whenever it is", () => {
  const split = bookOf({ policy: "split" });
  const whole = bookOf({ policy: "byStart" });
  const cases = fc.record({
    start: fc.integer({ min: -3_000_000, max: 100_000 }),
    milliseconds: fc.integer({ min: 0, max: 40 * 86_400_000 }),
    to: fc.constantFrom("+4930111111", "+4312345678", "+33140000000"),
  });
  const midnight = parseInstant("2026-02-01T00:00:00Z");
  fc.assert(
    fc.property(cases, ({ start, milliseconds, to }) => {
      const data = { direction: "outbound", from: "+4930999999", to, status: "answered" };
      const call = { ...data, durationSeconds: String(milliseconds / 1000) };
      const time = (midnight + start) as Instant;
      const sums = [split, whole].map((book) => {
        const rating = rate(book, "voice.call", call, { time });
        if ("refused" in rating) throw new Error(rating.detail);
        const sum = (of: (charge: Charge) => bigint | number) =>
          rating.charges.reduce((added, charge) => added + BigInt(of(charge)), 0n);
        const amount = sum((charge) => charge.amount ?? 0);
        return [
          sum(({ billed }) => billed),
          sum(({ raw }) => raw),
          amount,
          sum((one) => one.count),
        ];
      });
      expect(sums[0]).toEqual(sums[1]);
    }),
  );
});
