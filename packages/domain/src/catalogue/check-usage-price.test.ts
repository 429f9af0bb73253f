import { expect, test } from "vitest";
import { checkUsagePrice } from "./check-usage-price.ts";
import { problem, type Report, toPointer } from "./problems.ts";
import type { UsagePrice } from "./usage-price.ts";

function problemsOf(price: UsagePrice): string[] {
  const found: string[] = [];
  const report: Report = (path, code, detail) => {
    found.push(`${toPointer(path)} ${problem(path, code, detail).code.replace("catalogue.", "")}`);
  };
  checkUsagePrice(price, [], report);
  return found;
}

const MESSAGE = { per: "message" } as const;
const OPEN = { upTo: null, rate: "1" };
const GRADUATED: UsagePrice = { ...MESSAGE, model: "graduated", tiers: [OPEN] };

test.each<[UsagePrice, string[]]>([
  [GRADUATED, []],
  [{ ...GRADUATED, tiers: [] }, ["/tiers tiers-missing"]],
  [{ ...GRADUATED, tiers: [{ upTo: "5", rate: "1" }] }, ["/tiers/0/upTo tiers-not-open"]],
  [
    { ...GRADUATED, tiers: [{ upTo: "5", rate: "-1", flat: "x" }, { upTo: "5", rate: "1" }, OPEN] },
    [
      "/tiers/1/upTo tiers-not-ascending",
      "/tiers/0/rate negative",
      "/tiers/0/flat decimal-malformed",
    ],
  ],
  [
    { ...GRADUATED, minimum: "5", maximum: "4", discountPercent: "101", included: "-1" },
    ["/included negative", "/discountPercent percent-out-of-range", "/minimum limits-crossed"],
  ],
  [{ ...GRADUATED, convert: {} }, ["/convert conversion-one-of-both"]],
  [{ ...GRADUATED, convert: { divide: "0" } }, ["/convert/divide not-positive"]],
  [{ ...GRADUATED, convert: { multiply: "0.000000000001", rounding: "none" } }, []],
  [
    { ...GRADUATED, convert: { divide: "1234567890.123456789012" } },
    ["/convert/divide conversion-too-fine"],
  ],
  [
    {
      ...MESSAGE,
      model: "stairStep",
      tiers: [
        { upTo: "1.5", flat: "1" },
        { upTo: null, flat: "-1" },
      ],
    },
    ["/tiers/0/upTo quantity-not-whole", "/tiers/1/flat negative"],
  ],
  [
    { ...MESSAGE, model: "package", size: "0", rate: "-1" },
    ["/size not-positive", "/rate negative"],
  ],
  [
    {
      ...MESSAGE,
      model: "volumeBlocks",
      tiers: [
        { blocks: "0", size: "0", rate: "1" },
        { blocks: "2", size: "1", rate: "-1" },
      ],
    },
    [
      "/tiers/0/blocks blocks-not-whole",
      "/tiers/0/size not-positive",
      "/tiers/1/blocks blocks-not-open",
      "/tiers/1/rate negative",
    ],
  ],
  [
    {
      per: { quantity: "cents", size: 100 },
      model: "graduatedPercentage",
      tiers: [{ upTo: null, percent: "0.00000000001" }],
    },
    ["/tiers/0/percent percent-too-precise"],
  ],
  [
    {
      per: { quantity: "cents", size: 100 },
      model: "periodPercentage",
      percent: "-2",
      feePerEvent: "-1",
    },
    ["/percent negative", "/feePerEvent negative"],
  ],
])("%j is told everything that is wrong with it", (price, problems) => {
  expect(problemsOf(price)).toEqual(problems);
});
