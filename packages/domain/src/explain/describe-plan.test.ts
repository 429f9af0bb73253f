import { expect, test } from "vitest";
import type { Deck, Plan, Price, Term } from "../catalogue/catalogue.ts";
import { summariseDeckRows } from "../decks/summarise-deck-rows.ts";
import { describePlan, type PlanContext } from "./describe-plan.ts";

const deck = (key: Deck["key"], per: Deck["per"]): Deck => ({
  key,
  currency: "EUR",
  per,
  versions: [],
});

const context: PlanContext = {
  currency: "EUR",
  decks: { voice: deck("prefix", "minute"), sms: deck("network", "segment") },
  summaries: new Map([
    [
      "voice",
      summariseDeckRows([
        { key: "49", rate: "0.012", initialIncrement: 60, subsequentIncrement: 1 },
        { key: "881", rate: "4.5", initialIncrement: 60, subsequentIncrement: 1 },
        { key: "53", rate: null },
      ]),
    ],
  ]),
  audience: "provider",
};

function say(price: Price, more: Partial<PlanContext> = {}, term: Partial<Term> = {}): string {
  const plan: Plan = { terms: [{ id: "usage", title: "Usage", price, ...term }] };
  return describePlan("basic", plan, { ...context, ...more }).summary;
}

const tiers = [
  { upTo: "10000", rate: "0.0750" },
  { upTo: null, rate: "0.0690" },
];

test.each<[Price, string]>([
  [{ model: "fixedFee", amount: "49.00" }, "Usage: 49.00 EUR a month."],
  [{ model: "perUnit", rate: "0.0079", per: "segment" }, "Usage: 0.0079 EUR a segment."],
  [{ model: "perUnit", rate: "0.4", per: "thousandEmails" }, "Usage: 0.40 EUR per 1,000 emails."],
  [{ model: "perUnit", rate: "0.02", per: "attempt" }, "Usage: 0.02 EUR an attempt."],
  [
    { model: "perUnit", rate: "0.02", per: { quantity: "milliseconds", size: 6000 } },
    "Usage: 0.02 EUR per 6 s.",
  ],
  [
    { model: "deck", deck: "voice" },
    "Usage: the rate of deck voice for the destination, 0.012 EUR to 4.50 EUR a minute, " +
      "billed per second after a first minute.",
  ],
  [
    { model: "network", deck: "sms" },
    "Usage: the rate of deck sms for the recipient's network, else its country.",
  ],
  [
    { model: "percentage", of: "margin", percent: "10" },
    "Usage: 10 % of the margin (what the provider receives for this event less what suppliers " +
      "charge for it).",
  ],
  [
    { model: "markup", on: "cost", percent: "-5", fixed: "0.001" },
    "Usage: the cost less 5 % and 0.001 EUR an event (what suppliers charge for this event).",
  ],
  [
    { model: "graduated", per: "segment", included: "1000", tiers },
    "Usage: 1,000 segments a month are included; then 0.0750 EUR a segment up to 10,000 and " +
      "0.0690 EUR beyond in a month.",
  ],
  [
    {
      model: "graduated",
      per: "thousandEmails",
      included: "1.5",
      tiers: [
        { upTo: "100", rate: "0.6" },
        { upTo: null, rate: "0.5" },
      ],
    },
    "Usage: 1,500 emails a month are included; then 0.60 EUR per 1,000 emails up to 100,000 and " +
      "0.50 EUR beyond in a month.",
  ],
  [
    { model: "volume", per: "segment", tiers: [{ ...tiers[0]!, flat: "5" }, tiers[1]!] },
    "Usage: every unit of the month at the rate that its total reaches: 0.0750 EUR a segment " +
      "(and 5.00 EUR once) up to 10,000 and 0.0690 EUR beyond.",
  ],
  [
    {
      model: "fixedFee",
      amount: "1200",
      every: "year",
      begins: "anniversary",
      due: "inAdvance",
      prorate: true,
    },
    "Usage: 1,200.00 EUR a year, counted from the day it starts, in advance, by the day where it " +
      "is not a whole one.",
  ],
  [
    { model: "commitment", minimum: "6000", months: 12, terms: ["voice", "sms"] },
    "Usage: at least 6,000.00 EUR in 12 months over voice and sms.",
  ],
  [
    {
      model: "graduated",
      per: "segment",
      includedPerAccount: { units: "100" },
      rollover: { months: 2, cap: "500" },
      tiers: [{ upTo: null, rate: "2" }],
    },
    "Usage: each account that uses any brings 100 segments along, for all accounts together; what is " +
      "left of them can be used in the next 2 months, at most 500; then 2.00 EUR a segment.",
  ],
  [
    {
      model: "ratioSurcharge",
      per: "call",
      rate: "0.01",
      matching: { secondsMax: 6 },
      allowancePercent: "15",
      mode: "allMatching",
      eventsMin: 1000,
    },
    "Usage: 0.01 EUR a call for all of at most 6 s once they are more than 15 % of the month's calls, " +
      "in a month of 1,000 or more.",
  ],
  [
    {
      model: "ratioSurcharge",
      per: "minute",
      rate: "0.09",
      matching: { where: { country: "US" } },
      allowancePercent: "20",
      mode: "excessOnly",
      over: "utcDay",
      eventsMin: 100,
    },
    "Usage: 0.09 EUR a minute for those with country US that exceed 20 % of a UTC day's minutes, " +
      "in a UTC day of 100 or more.",
  ],
  [
    { model: "surcharge", on: "voice", rate: "0.25", per: "minute" },
    "Usage: 0.25 EUR a minute that voice bills, on top of it.",
  ],
  [
    {
      model: "matrix",
      per: "segment",
      by: ["country", "senderType"],
      rates: [
        { when: { country: ["DE", "AT"], senderType: "alpha" }, rate: "0.07" },
        { when: { country: "FR", senderType: "alpha" }, rate: "0.05" },
      ],
    },
    "Usage: 0.07 EUR a segment for country DE or AT, senderType alpha; 0.05 EUR for country FR, " +
      "senderType alpha; nothing else has a price.",
  ],
  [
    { model: "dynamic", price: "price", factor: "1.1", fixed: "0.001", maximumPerEvent: "5" },
    "Usage: the price that each event brings along times 1.1 and 0.001 EUR, at most 5.00 EUR an event.",
  ],
  [
    {
      model: "stairStep",
      per: "segment",
      tiers: [
        { upTo: "1000", flat: "5" },
        { upTo: null, flat: "9" },
      ],
      minimum: "6",
    },
    "Usage: 5.00 EUR a month for up to 1,000 segments and 9.00 EUR beyond, at least 6.00 EUR a month.",
  ],
  [
    { model: "package", per: "segment", size: "500", rate: "4", discountPercent: "10" },
    "Usage: 4.00 EUR for each started 500 segments, less 10 %.",
  ],
  [
    {
      model: "graduatedBlocks",
      per: "segment",
      tiers: [
        { blocks: "2", size: "100", rate: "1" },
        { blocks: null, size: "500", rate: "4" },
      ],
      maximum: "100",
    },
    "Usage: 2 blocks of 100 segments at 1.00 EUR each, then blocks of 500 at 4.00 EUR each, at most " +
      "100.00 EUR a month.",
  ],
  [
    {
      model: "volumeBlocks",
      per: "segment",
      tiers: [
        { blocks: "2", size: "100", rate: "1" },
        { blocks: null, size: "500", rate: "4" },
      ],
    },
    "Usage: every unit of the month in blocks of the tier that its total reaches: 2 blocks of 100 " +
      "segments at 1.00 EUR each, or blocks of 500 at 4.00 EUR each.",
  ],
  [
    {
      model: "graduatedPercentage",
      per: "segment",
      tiers: [
        { upTo: "1000", percent: "10" },
        { upTo: null, percent: "5" },
      ],
    },
    "Usage: 10 % of the money in a month up to 1,000.00 EUR and 5 % beyond.",
  ],
  [
    {
      model: "periodPercentage",
      per: "segment",
      percent: "2.5",
      feePerEvent: "0.3",
      freeEvents: 100,
    },
    "Usage: 2.5 % of the money in a month and 0.30 EUR an event after the first 100.",
  ],
  [
    {
      model: "graduated",
      per: "megabyte",
      convert: { divide: "1024", rounding: "up" },
      included: "5",
      tiers: [{ upTo: null, rate: "2" }],
    },
    "Usage: counted in the month's megabytes divided by 1,024, in whole ones; 5 of these a month are " +
      "included; then 2.00 EUR a megabyte.",
  ],
  [
    {
      model: "graduated",
      per: "gigabyte",
      convert: { multiply: "8", rounding: "halfUp", decimals: 2 },
      tiers: [{ upTo: null, rate: "2" }],
    },
    "Usage: counted in the month's gigabytes times 8, to 2 decimals; 2.00 EUR a gigabyte.",
  ],
])("%j", (price, sentence) => {
  expect(say(price)).toBe(sentence);
});

test("conditions stand behind the title, and every term has its sentence", () => {
  const plan: Plan = {
    title: "Standard",
    terms: [
      { id: "fee", price: { model: "fixedFee", amount: "5" } },
      {
        id: "video",
        title: "Video",
        on: "video.participant",
        where: { tier: ["hd", "fullHd"] },
        price: { model: "perUnit", rate: "0.006", per: "participantMinute" },
      },
    ],
  };
  expect(describePlan("standard", plan, context)).toMatchObject({
    title: "Standard",
    summary: "fee: 5.00 EUR a month. Video (tier hd or fullHd): 0.006 EUR a participant minute.",
  });
});

test("a price that changes with the agreement's age says from which month on", () => {
  const ramp = [
    { month: 4, price: { rate: "0.02" } },
    { month: 13, price: { rate: "0.03" } },
  ];
  expect(say({ model: "perUnit", rate: "0.01", per: "segment" }, {}, { ramp })).toBe(
    "Usage: 0.01 EUR a segment; from month 4: 0.02 EUR a segment; from month 13: 0.03 EUR a segment.",
  );
});

test("which fate of a message is charged stands behind its price", () => {
  const price = { model: "perUnit", rate: "0.01", per: "segment" } as const;
  expect(say(price, {}, { chargeOn: "onDelivered" })).toBe(
    "Usage: 0.01 EUR a segment, due when it is delivered.",
  );
  const chargeOn = { policy: "percentEarly", percent: "40" } as const;
  expect(say(price, {}, { chargeOn })).toMatch(/the rest when it is delivered \(40 % first\)\.$/);
});

test("what a caller may notice of how calls are rated is said behind the rate", () => {
  const call = { graceSeconds: 3, attemptFee: "0.001", maxCharge: "5" };
  const decks = {
    voice: { ...context.decks.voice!, timeBands: { peak: {} }, originGroups: { eea: ["49"] } },
  };
  expect(say({ model: "deck", deck: "voice", call }, { decks })).toMatch(
    /first minute, by the time of the call \(peak\), by where the caller is from; calls shorter than 3 s are free, 0\.001 EUR for a call that is not answered, at most 5\.00 EUR a call\.$/,
  );
});

test("the public is not told what stands on cost or margin", () => {
  for (const price of [
    { model: "markup", on: "cost", percent: "18" },
    { model: "percentage", of: "margin", percent: "10" },
  ] as const) {
    expect(say(price, { audience: "public" })).toBe("Usage: on request.");
  }
});

test.each([
  [1, 1, "billed per second"],
  [60, 60, "billed per started minute"],
  [30, 6, "billed per started 6 seconds after a first 30 seconds"],
])("increments of %i/%i: %s", (initialIncrement, subsequentIncrement, words) => {
  const rows = [{ key: "49", rate: "1", initialIncrement, subsequentIncrement }];
  const summaries = new Map([["voice", summariseDeckRows(rows)]]);
  expect(say({ model: "deck", deck: "voice" }, { summaries })).toContain(words);
});
