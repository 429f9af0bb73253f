import { expect, test } from "vitest";
import type { UsagePrice } from "../catalogue/usage-price.ts";
import type { TiersPart } from "../statements/derivation.ts";
import { type UsageFacts, usageGroup } from "../statements/usage-group.ts";
import { usageSteps } from "./usage-steps.ts";

const MESSAGE = { per: "message" } as const;
const MONEY = { quantity: "cents", size: 100 };

/** The steps as they are told for a term that was priced so. */
function told(
  price: UsagePrice,
  quantity: bigint,
  count = 1n,
  more: Partial<UsageFacts> = {},
): string[] {
  const term = { id: "usage", on: "sms.message", price };
  const total = { termVersion: 1, tuple: 1, count, quantity, amount: 0n, base: 0n };
  const [part] = usageGroup(1, term, "EUR", {
    totals: [total],
    accounts: [],
    carried: [],
    ...more,
  }).derivation;
  return usageSteps(part as TiersPart, "EUR", term).map(({ name, value }) => `${name}: ${value}`);
}

test("a package tells how many were started", () => {
  expect(told({ ...MESSAGE, model: "package", size: "10", rate: "15" }, 17n)).toEqual([
    "tiers: package: each package that is started",
    "tier 1: 17 messages in 2 packages at 15.0000 EUR each: 30.0000 EUR",
    "sum of tiers: 30.0000 EUR, rounded once, half-even at 12 places",
  ]);
});

test("a stair-step tells the step that was reached", () => {
  const tiers = [
    { upTo: "1000", flat: "29" },
    { upTo: null, flat: "99" },
  ];
  expect(told({ ...MESSAGE, model: "stairStep", tiers }, 1_001n)).toEqual([
    "tiers: stair-step: the fee of the tier that the total reaches",
    "tier 2: 1001 messages for 99.0000 EUR: 99.0000 EUR",
    "sum of tiers: 99.0000 EUR, rounded once, half-even at 12 places",
  ]);
});

test("blocks tell the blocks of each tier", () => {
  const tiers = [
    { blocks: "10", size: "100", rate: "1" },
    { blocks: null, size: "1000", rate: "1" },
  ];
  expect(told({ ...MESSAGE, model: "graduatedBlocks", tiers }, 5_325n)).toEqual([
    "tiers: graduated blocks: tiers fill in turn, each in blocks of its own size",
    "tier 1: 1000 messages in 10 blocks at 1.0000 EUR each: 10.0000 EUR",
    "tier 2: 4325 messages in 5 blocks at 1.0000 EUR each: 5.0000 EUR",
    "sum of tiers: 15.0000 EUR, rounded once, half-even at 12 places",
  ]);
  expect(told({ ...MESSAGE, model: "volumeBlocks", tiers }, 5_325n)[1]).toBe(
    "tier 2: 5325 messages in 6 blocks at 1.0000 EUR each: 6.0000 EUR",
  );
});

test("percentages tell the money that they are taken of", () => {
  const tiers = [
    { upTo: "10000", percent: "3" },
    { upTo: null, percent: "2", flat: "5" },
  ];
  expect(told({ per: MONEY, model: "graduatedPercentage", tiers }, 1_200_000n).slice(1, 3)).toEqual(
    [
      "tier 1: 10000.0000 EUR at 3 %: 300.0000 EUR",
      "tier 2: 2000.0000 EUR at 2 % and 5.0000 EUR once: 45.0000 EUR",
    ],
  );
  const price: UsagePrice = {
    per: MONEY,
    model: "periodPercentage",
    percent: "2.5",
    feePerEvent: "0.30",
    freeEvents: 10,
    included: "100",
  };
  expect(told(price, 110_000n, 14n)).toEqual([
    "tiers: percentage: of the period's money, and a fee for each event that is not free",
    "included: 100.0000 EUR free, taken off first",
    "tier 1: 1000.0000 EUR at 2.5 %: 25.0000 EUR",
    "tier 2: 4 events at 0.3000 EUR each: 1.2000 EUR",
    "sum of tiers: 26.2000 EUR, rounded once, half-even at 12 places",
  ]);
});

test("a conversion and a discount are steps of their own", () => {
  const price: UsagePrice = {
    per: { quantity: "bytes", size: 1 },
    model: "volume",
    convert: { divide: "1000", rounding: "up" },
    included: "0.5",
    discountPercent: "20",
    tiers: [{ upTo: null, rate: "10" }],
  };
  expect(told(price, 1_400n)).toEqual([
    "converted: 2 units, from the quantity of the whole period",
    "tiers: volume: every unit at the rate of the tier that the total reaches",
    "included: 0.5 units free, taken off first",
    "tier 1: 1.5 units at 10.0000 EUR per unit: 15.0000 EUR",
    "sum of tiers: 15.0000 EUR, rounded once, half-even at 12 places",
    "discount: 3.0000 EUR off, 12.0000 EUR left",
  ]);
});

test("units of accounts and of earlier months tell whose they are and what is left", () => {
  const price: UsagePrice = {
    ...MESSAGE,
    model: "graduated",
    includedPerAccount: { units: "100" },
    rollover: { months: 1, cap: "150" },
    tiers: [{ upTo: null, rate: "1" }],
  };
  const accounts = [
    { account: "north", quantity: 180n },
    { account: "south", quantity: 20n },
  ];
  const carried = [{ units: 90n, monthsLeft: 1 }];
  expect(told(price, 200n, 2n, { accounts, carried })).toEqual([
    "tiers: graduated: each unit at the rate of the tier that it falls in",
    "accounts: 2 accounts with 100 messages each, in one pool",
    "rollover: 90 messages from earlier months, 90 messages to later ones",
    "included: 200 messages free, taken off first",
    "tier 1: 0 messages at 1.0000 EUR per message: 0.0000 EUR",
    "sum of tiers: 0.0000 EUR, rounded once, half-even at 12 places",
    "account: north: 180 messages free of 180 messages",
    "account: south: 20 messages free of 20 messages",
  ]);
});
