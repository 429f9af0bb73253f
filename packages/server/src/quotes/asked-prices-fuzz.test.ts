/** Whatever stands in one place of a price or a quantity, the answer is an amount or a refusal. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const per = "segment";
const tiers = [
  { upTo: "5", rate: "0.02", flat: "1" },
  { upTo: null, rate: "0.01", flat: "0" },
];
const month = {
  per,
  convert: { divide: "3", rounding: "up", decimals: 2 },
  included: "2",
  includedPerAccount: { units: "1", pooled: true },
  rollover: { months: 1, cap: "9" },
  discountPercent: "12.5",
  minimum: "1",
  maximum: "9",
};
const { convert: _, ...counted } = month;
const { includedPerAccount: __, ...converted } = month;
const limits = { minimumPerEvent: "0.1", maximumPerEvent: "2" };

const PRICES: readonly object[] = [
  { model: "perUnit", rate: "0.01", per },
  { model: "perUnit", rate: "0.01", per: { quantity: "segments", size: 10 } },
  { model: "matrix", per, by: ["country"], rates: [{ when: { country: "DE" }, rate: "0.07" }] },
  { model: "dynamic", price: "segments", factor: "0.5", fixed: "0.1", ...limits },
  { model: "percentage", of: "customerCharge", percent: "10", ...limits },
  { model: "markup", on: "cost", percent: "10", fixed: "1", ...limits },
  { model: "graduated", ...counted, tiers },
  { model: "volume", ...converted, tiers },
  {
    model: "stairStep",
    ...counted,
    tiers: [
      { upTo: "5", flat: "29" },
      { upTo: null, flat: "99" },
    ],
  },
  { model: "package", ...converted, size: "10", rate: "15" },
  {
    model: "graduatedBlocks",
    ...counted,
    tiers: [
      { blocks: "10", size: "100", rate: "1" },
      { blocks: null, size: "1000", rate: "1" },
    ],
  },
  {
    model: "graduatedPercentage",
    ...converted,
    tiers: [
      { upTo: "10", percent: "3" },
      { upTo: null, percent: "2" },
    ],
  },
  { model: "periodPercentage", ...counted, percent: "2.5", feePerEvent: "0.30", freeEvents: 2 },
  { model: "fixedFee", amount: "5", every: "month" },
  { model: "commitment", minimum: "5", months: 2 },
];

const ODD: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...["0", "-1", "1e400", "NaN", "Infinity", "", " ", "0x10", "1,5", ".5", "-0"],
    ...["9".repeat(38), "9".repeat(400), "0.0000000000001", "__proto__", "constructor"],
    ...["9007199254740993", "999999999999.999999999999"],
  ),
  fc.constantFrom<unknown>(0, -1, 0.5, 1e21, 9_007_199_254_740_991, null, true, [], {}),
  fc.constantFrom<unknown>([null], { quantity: "segments", size: 0 }, { quantity: "x", size: 1 }),
);

type Places = readonly (readonly string[])[];

function placesOf(value: unknown, at: readonly string[] = []): Places {
  if (typeof value !== "object" || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, held]) => placesOf(held, [...at, key]))];
}

function withAt(value: unknown, [key, ...rest]: readonly string[], odd: unknown): unknown {
  if (key === undefined) return odd;
  const held = Object(value) as Readonly<Record<string, unknown>>;
  if (Array.isArray(value)) {
    return value.map((one, index) => (String(index) === key ? withAt(one, rest, odd) : one));
  }
  return { ...held, [key]: withAt(held[key], rest, odd) };
}

const QUANTITY = { type: "sms.message", quantity: "12", unit: per, fields: { country: "DE" } };

const ASKED = fc.constantFrom(...PRICES).chain((price) => {
  const body = { currency: "EUR", on: "sms.message", price, quantity: QUANTITY };
  return fc.tuple(fc.constant(body), fc.constantFrom(...placesOf(body).slice(1)), ODD);
});

test("an amount, or what is wrong", async () => {
  await fc.assert(
    fc.asyncProperty(ASKED, async ([body, place, odd]) => {
      const json = withAt(body, place, odd);
      const answer = await server.ask("POST", "/v1/quotes", { json });
      expect([200, 400, 404, 422], `${answer.text} of ${JSON.stringify(json)}`).toContain(
        answer.status,
      );
      if (answer.status === 200) {
        const amount = expect.stringMatching(/^\d+(\.\d{1,12})?$/);
        expect(answer.json.totals).toEqual([expect.objectContaining({ amount })]);
      } else expect(answer.json.code).toMatch(/^[a-z]+\.[a-z-]+$/);
    }),
    { numRuns: 400 },
  );
}, 60_000);
