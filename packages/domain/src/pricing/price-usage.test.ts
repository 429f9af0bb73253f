import fc from "fast-check";
import { expect, test } from "vitest";
import { formatAmount } from "../amount.ts";
import type { UsageOptions, UsagePrice } from "../catalogue/usage-price.ts";
import { compileUsagePrice, priceUsage } from "./price-usage.ts";
import { limitSpend } from "./spend-limits.ts";

const BYTES = { quantity: "bytes", size: 1 };
/** Payments: an event type counts them in cents. */
const MONEY = { quantity: "cents", size: 100 };
const MESSAGE = { per: "message" } as const;

const STEPS: UsagePrice = {
  ...MESSAGE,
  model: "stairStep",
  tiers: [
    { upTo: "1000", flat: "29" },
    { upTo: "10000", flat: "99" },
    { upTo: null, flat: "249" },
  ],
};
const PACKAGES: UsagePrice = { ...MESSAGE, model: "package", size: "10", rate: "15" };
const BLOCK_TIERS = [
  { blocks: "10", size: "100", rate: "1" },
  { blocks: "100", size: "1000", rate: "1" },
  { blocks: null, size: "1000", rate: "0.5" },
];
const IN_TURN: UsagePrice = { ...MESSAGE, model: "graduatedBlocks", tiers: BLOCK_TIERS };
const REACHED: UsagePrice = { ...MESSAGE, model: "volumeBlocks", tiers: BLOCK_TIERS };
const PERCENTAGES: UsagePrice = {
  per: MONEY,
  model: "graduatedPercentage",
  tiers: [
    { upTo: "10000", percent: "3" },
    { upTo: null, percent: "2" },
  ],
};
const OF_MONEY: UsagePrice = {
  per: MONEY,
  model: "periodPercentage",
  percent: "2.5",
  feePerEvent: "0.30",
  freeEvents: 10,
};
const THOUSANDS: UsagePrice = {
  per: BYTES,
  model: "graduated",
  convert: { divide: "1000", rounding: "up" },
  included: "0.5",
  discountPercent: "20",
  tiers: [{ upTo: null, rate: "10" }],
};
const THIRDS: UsagePrice = {
  per: BYTES,
  model: "graduated",
  convert: { divide: "3" },
  tiers: [{ upTo: null, rate: "1" }],
};

function cost(price: UsagePrice, quantity: bigint, events = 0n): string {
  const { amount } = priceUsage(compileUsagePrice("EUR", price), quantity, events);
  return formatAmount({ currency: "EUR", pico: amount });
}

test.each`
  price          | quantity      | events | total               | because
  ${STEPS}       | ${0n}         | ${0n}  | ${"29"}             | ${"no usage is in the first step"}
  ${STEPS}       | ${1_000n}     | ${0n}  | ${"29"}             | ${"upTo is inclusive"}
  ${STEPS}       | ${1_001n}     | ${0n}  | ${"99"}             | ${"the second step is reached"}
  ${STEPS}       | ${40_000n}    | ${0n}  | ${"249"}            | ${"the last step is open"}
  ${PACKAGES}    | ${0n}         | ${0n}  | ${"0"}              | ${"no package is started"}
  ${PACKAGES}    | ${17n}        | ${0n}  | ${"30"}             | ${"a started package counts"}
  ${PACKAGES}    | ${20n}        | ${0n}  | ${"30"}             | ${"two packages are full"}
  ${PACKAGES}    | ${22n}        | ${0n}  | ${"45"}             | ${"a third one is started"}
  ${IN_TURN}     | ${5_325n}     | ${0n}  | ${"15"}             | ${"10 blocks of 100, then 5 of 1,000"}
  ${IN_TURN}     | ${1_000n}     | ${0n}  | ${"10"}             | ${"the first tier is full"}
  ${REACHED}     | ${101_000n}   | ${0n}  | ${"101"}            | ${"what a tier holds counts with its end"}
  ${REACHED}     | ${101_001n}   | ${0n}  | ${"51"}             | ${"102 blocks of the third tier"}
  ${PERCENTAGES} | ${1_200_000n} | ${0n}  | ${"340"}            | ${"3 % of 10,000 and 2 % of 2,000"}
  ${OF_MONEY}    | ${100_000n}   | ${14n} | ${"26.2"}           | ${"25 and 4 fees"}
  ${OF_MONEY}    | ${100_000n}   | ${3n}  | ${"25"}             | ${"every event is free"}
  ${THOUSANDS}   | ${1_400n}     | ${0n}  | ${"12"}             | ${"(2 − 0.5) × 10 less 20 %"}
  ${THIRDS}      | ${10n}        | ${0n}  | ${"3.333333333333"} | ${"rounded once, at the 12th place"}
`("$price.model: $quantity cost $total: $because", ({ price, quantity, events, total }) => {
  expect(cost(price, quantity, events)).toBe(total);
});

test.each`
  rounding      | converted
  ${"up"}       | ${"2"}
  ${"down"}     | ${"1"}
  ${"halfUp"}   | ${"2"}
  ${"halfEven"} | ${"2"}
  ${"none"}     | ${"1.5"}
`("1,500 bytes by thousands, rounding $rounding, are $converted", ({ rounding, converted }) => {
  const convert = { divide: "1000", rounding };
  const tiers = [{ upTo: null, rate: "1" }];
  expect(cost({ per: BYTES, model: "graduated", convert, tiers }, 1_500n)).toBe(converted);
});

test("minutes that are multiplied stay exact", () => {
  const convert = { multiply: "1.5" };
  const tiers = [{ upTo: null, rate: "0.02" }];
  const price: UsagePrice = { per: "minute", model: "graduated", convert, tiers };
  expect(cost(price, 90_000n)).toBe("0.045");
});

test.each`
  amount  | total   | because
  ${30n}  | ${100n} | ${"topped up to the minimum"}
  ${200n} | ${200n} | ${"within the limits"}
  ${620n} | ${500n} | ${"cut at the maximum"}
`("$amount within 100 and 500 becomes $total: $because", ({ amount, total }) => {
  const spend = limitSpend({ minimum: 100n, maximum: 500n }, amount);
  expect(spend).toEqual({ total, limited: total - amount });
});

test.each`
  more                                                                                         | code
  ${{ convert: { divide: "2", decimals: 1 } }}                                                 | ${"convert.decimals-unrounded"}
  ${{ convert: {} }}                                                                           | ${"convert.one-of-both"}
  ${{ convert: { divide: "2", multiply: "2" } }}                                               | ${"convert.one-of-both"}
  ${{ convert: { divide: "0" } }}                                                              | ${"convert.not-positive"}
  ${{ convert: { divide: "1234567890.123456789012" } }}                                        | ${"convert.too-fine"}
  ${{ discountPercent: "100.1" }}                                                              | ${"discount.out-of-range"}
  ${{ discountPercent: "-1" }}                                                                 | ${"discount.out-of-range"}
  ${{ minimum: "2", maximum: "1" }}                                                            | ${"limits.crossed"}
  ${{ minimum: "-2" }}                                                                         | ${"rate.negative"}
  ${{ included: "-1" }}                                                                        | ${"unit.not-whole"}
  ${{ model: "package", size: "0", rate: "1" }}                                                | ${"package.size-not-positive"}
  ${{ model: "package", size: "1", rate: "-1" }}                                               | ${"rate.negative"}
  ${{ model: "stairStep", tiers: [] }}                                                         | ${"tiers.not-open"}
  ${{ model: "graduatedBlocks", tiers: [] }}                                                   | ${"tiers.not-open"}
  ${{ model: "volumeBlocks", tiers: [{ blocks: "0", size: "1", rate: "1" }, ...BLOCK_TIERS] }} | ${"blocks.not-positive"}
  ${{ model: "periodPercentage", percent: "-1" }}                                              | ${"rate.negative"}
`("$more is refused: $code", ({ more, code }) => {
  const price = { per: "message", model: "package", size: "1", rate: "1", ...more };
  expect(() => compileUsagePrice("EUR", price)).toThrow(code);
});

const SUM = fc.integer({ min: 0, max: 99_999 }).map((cents) => `${cents / 100}`);
const WHOLE = fc.integer({ min: 1, max: 60 }).map(String);
const ENDS = fc
  .array(fc.integer({ min: 1, max: 50 }), { maxLength: 4 })
  .map((steps) => steps.map((_, at) => `${steps.slice(0, at + 1).reduce((a, b) => a + b)}`));

const OPTIONS: fc.Arbitrary<UsageOptions> = fc.record({
  per: fc.constant("message"),
  convert: fc.constantFrom(
    undefined,
    { divide: "7" },
    { multiply: "2.5", rounding: "up" as const },
    { divide: "7", rounding: "halfUp" as const, decimals: 2 },
  ),
  included: fc.constantFrom(undefined, "3"),
  discountPercent: fc.constantFrom(undefined, "12.5"),
});

/** Models of which more usage is known never to cost less. */
const RISING: fc.Arbitrary<UsagePrice> = fc
  .tuple(OPTIONS, ENDS, fc.array(SUM, { minLength: 15, maxLength: 15 }), WHOLE)
  .chain(([options, ends, sums, size]) => {
    const bounds = [...ends, null];
    const at = (index: number): string => sums[index] ?? "0";
    return fc.constantFrom<UsagePrice>(
      {
        ...options,
        model: "graduated",
        tiers: bounds.map((upTo, i) => ({ upTo, rate: at(i), flat: at(i + 5) })),
      },
      { ...options, model: "package", size, rate: at(0) },
      {
        ...options,
        model: "graduatedBlocks",
        tiers: bounds.map((blocks, i) => ({ blocks, size: `${i + 1}`, rate: at(i) })),
      },
      {
        ...options,
        model: "graduatedPercentage",
        tiers: bounds.map((upTo, i) => ({ upTo, percent: at(i), flat: at(i + 5) })),
      },
      { ...options, model: "periodPercentage", percent: at(0), feePerEvent: at(1) },
    );
  });

/** Models whose price depends on the tier that the total reaches. */
const REACHING: fc.Arbitrary<UsagePrice> = fc
  .tuple(OPTIONS, ENDS, fc.array(SUM, { minLength: 10, maxLength: 10 }))
  .chain(([options, ends, sums]) => {
    const bounds = [...ends, null];
    const at = (index: number): string => sums[index] ?? "0";
    return fc.constantFrom<UsagePrice>(
      {
        ...options,
        model: "volume",
        tiers: bounds.map((upTo, i) => ({ upTo, rate: at(i), flat: at(i + 5) })),
      },
      {
        ...options,
        model: "stairStep",
        tiers: bounds.map((upTo, i) => ({ upTo, flat: at(i) })),
      },
      {
        ...options,
        model: "volumeBlocks",
        tiers: bounds.map((blocks, i) => ({ blocks, size: `${i + 1}`, rate: at(i) })),
      },
    );
  });

const ANY = fc.oneof(RISING, REACHING);
const QUANTITY = fc.bigInt({ min: 0n, max: 400n });

test("every unit is free or in exactly one tier, and the steps re-add to the amount", () => {
  fc.assert(
    fc.property(ANY, QUANTITY, (price, quantity) => {
      const { converted, free, rated, discount, amount } = priceUsage(
        compileUsagePrice("EUR", price),
        quantity,
        quantity,
      );
      const held = rated.tiers.reduce((sum, tier) => sum + tier.quantity, 0n);
      expect(free + held).toBe(converted);
      const sum = rated.tiers.reduce((total, tier) => total + tier.amount, 0n);
      expect(sum - discount).toBe(amount);
    }),
  );
});

test("one more unit never costs less, but where the total chooses the tier", () => {
  fc.assert(
    fc.property(RISING, QUANTITY, (price, quantity) => {
      const compiled = compileUsagePrice("EUR", price);
      const at = (units: bigint): bigint => priceUsage(compiled, units, units).amount;
      expect(at(quantity + 1n) >= at(quantity)).toBe(true);
    }),
  );
});

test("a period that is billed in phases, each by the difference, costs what it costs whole", () => {
  fc.assert(
    fc.property(ANY, fc.array(QUANTITY, { minLength: 1, maxLength: 6 }), (price, phases) => {
      const compiled = compileUsagePrice("EUR", price);
      const at = (units: bigint): bigint => priceUsage(compiled, units, units).amount;
      let used = 0n;
      let billed = at(0n);
      for (const phase of phases) {
        const before = used;
        used += phase;
        billed += at(used) - at(before);
      }
      expect(billed).toBe(at(used));
    }),
  );
});

test("a limit leaves an amount within it, and what it changes re-adds", () => {
  const sum = fc.bigInt({ min: 0n, max: 1_000n });
  fc.assert(
    fc.property(sum, sum, sum, (a, b, amount) => {
      const [minimum, maximum] = a < b ? [a, b] : [b, a];
      const { limited, total } = limitSpend({ minimum, maximum }, amount);
      expect(total >= minimum && total <= maximum).toBe(true);
      expect(amount + limited).toBe(total);
    }),
  );
});
