/**
 * The shape of a catalogue as it is handed in, by a directory or over HTTP: the wire types of the
 * domain, strictly, without sense (`check-catalogue.ts` has that). Only decks differ: they bring
 * their rows along.
 */
import { AGGREGATIONS } from "@counterpart/domain/meters/meter.ts";
import { z } from "zod";
import { roundingMode, timeBandSchema } from "./call-schema.ts";
import { conditions, perUnit, pricePatchSchema, priceSchema, rampSchema } from "./price-schema.ts";
import { decimal, TEXT_LENGTH_MAX, text } from "./text-schema.ts";

function digits(expected: string, pattern: RegExp) {
  return text(z.string().regex(pattern, { error: expected }));
}

const name = text();
const dateOrInstant = text(z.string().min(1).max(40)).describe("A date, or RFC 3339 with its zone");

export const providerSchema = z.strictObject({
  name,
  homeCurrency: name,
  timeZone: name,
});

export const partySchema = z.strictObject({
  name,
  country: digits("two capital letters of ISO 3166", /^[A-Z]{2}$/).optional(),
});

export const accountSchema = z.strictObject({
  party: name,
  parent: name.optional(),
  aliases: z
    .array(
      z.strictObject({
        name,
        source: name.optional(),
        from: dateOrInstant.optional(),
        to: dateOrInstant.optional(),
      }),
    )
    .optional(),
});

const dialled = digits("digits, * and #, after an optional +", /^\+?[0-9*#]{1,15}$/);

const dialPlanSchema = z.strictObject({
  countryCode: digits("a calling code of 1 to 3 digits", /^[1-9][0-9]{0,2}$/).optional(),
  nationalPrefix: dialled.optional(),
  internationalPrefixes: z.array(dialled).optional(),
  strip: z.array(dialled).optional(),
  internalDigitsMax: z.int().min(1).max(15).optional(),
});

const direction = z.enum(["inbound", "outbound"]);

const directionRuleSchema = z.strictObject({
  map: z.record(z.string(), direction).optional(),
  otherwise: direction.optional(),
});

const column = z.union([z.string().min(1).max(TEXT_LENGTH_MAX), z.int().min(1).max(10_000)]);

const csvFieldSchema = z.strictObject({
  column: column.optional(),
  orElse: column.optional(),
  value: name.optional(),
  map: z.record(z.string(), name).optional(),
  otherwise: name.optional(),
  format: z
    .enum([
      "rfc3339",
      "epochSeconds",
      "epochMilliseconds",
      "yearMonthDay",
      "dayMonthYear",
      "goTime",
      "seconds",
      "clock",
      "goDuration",
    ])
    .optional(),
});

const delimiter = z.string().length(1, { error: "one character" });

const csvMappingSchema = z.strictObject({
  delimiter: delimiter.optional(),
  columns: z.array(name).optional(),
  comment: name.optional(),
  id: csvFieldSchema.optional(),
  type: name,
  subject: csvFieldSchema.optional(),
  time: csvFieldSchema,
  data: z.record(z.string(), csvFieldSchema),
});

const sessionRulesSchema = z.strictObject({
  usage: z.enum(["cumulative", "delta"]),
  interimSeconds: z.int().min(1).max(86_400).optional(),
  maxSessionSeconds: z.int().min(1).max(2_678_400).optional(),
});

export const sourceSchema = z.strictObject({
  reader: z.enum(["cloudevents", "freeswitch", "asterisk", "csv"]),
  timeZone: name.optional(),
  dialPlan: dialPlanSchema.optional(),
  daysBack: z.int().min(0).max(36_500).optional(),
  minutesAhead: z.int().min(0).max(525_600).optional(),
  direction: directionRuleSchema.optional(),
  csv: csvMappingSchema.optional(),
  account: name.optional(),
  receiptHours: z.int().min(1).max(8760).optional(),
  sessions: sessionRulesSchema.optional(),
});

const quantityRuleSchema = z.strictObject({
  field: name.optional(),
  times: z.int().min(1).optional(),
  when: z.record(z.string(), z.union([name, z.array(name).min(1)])).optional(),
  text: z
    .strictObject({ field: name, as: z.enum(["smsSegments", "rcsSegments", "characters"]) })
    .optional(),
  absent: z.int().min(0).optional(),
});

const dimensionRuleSchema = z.union([
  z.strictObject({ field: name }),
  z.strictObject({ countryOf: name }),
  z.strictObject({ originClassOf: name, to: name }),
  z.strictObject({ network: z.tuple([name, name]) }),
]);

export const eventTypeSchema = z.strictObject({
  title: name,
  schema: z.record(z.string(), z.unknown()).describe("JSON Schema of data"),
  channel: name,
  quantities: z.record(z.string(), quantityRuleSchema),
  measure: name.optional().describe("The quantity that hourly usage counts, of several"),
  dimensions: z.record(z.string(), dimensionRuleSchema),
  usage: z.array(name).optional(),
  numbers: z.array(name).optional(),
  personal: z.array(name).optional(),
  id: name.optional(),
  lasts: name.optional(),
  delivery: z
    .strictObject({ status: name, after: name.optional(), of: name.optional() })
    .optional(),
});

/**
 * Header of the CSV column that holds each of our fields; a network is in `key` or in `mcc` and
 * `mnc`.
 */
const columnsSchema = z.strictObject({
  key: name.optional(),
  mcc: name.optional(),
  mnc: name.optional(),
  name: name.optional(),
  rate: name.optional(),
  rateNext: name.optional(),
  connectFee: name.optional(),
  initialIncrement: name.optional(),
  subsequentIncrement: name.optional(),
  blocked: name.optional(),
  originGroup: name.optional(),
  timeBand: name.optional(),
  graceSeconds: name.optional(),
  freeSeconds: name.optional(),
  minDuration: name.optional(),
  attemptFee: name.optional(),
  minCharge: name.optional(),
  maxCharge: name.optional(),
  maxChargeStrategy: name.optional(),
  roundingMode: name.optional(),
  roundingDecimals: name.optional(),
  intraRate: name.optional(),
  interRate: name.optional(),
  indeterminateRate: name.optional(),
});

/**
 * A version with its rows: in a file of the directory, here as CSV, or by the hash of rows kept
 * before.
 */
export const bundleDeckVersionSchema = z.strictObject({
  from: dateOrInstant,
  file: name.optional(),
  csv: z.string().optional(),
  rows: digits("64 hexadecimal digits", /^[0-9a-f]{64}$/).optional(),
  columns: columnsSchema.optional(),
  delimiter: delimiter.optional(),
  keyPrefix: digits("1 to 15 digits", /^[0-9]{1,15}$/).optional(),
});

/** What a deck says besides its rows. */
export const deckFields = {
  key: z.enum(["prefix", "network"]),
  currency: name,
  per: perUnit,
  incrementMode: z.enum(["initialThenSubsequent", "wholeMultiple"]).optional(),
  timeZone: name.optional(),
  holidays: z.array(dateOrInstant).max(10_000).optional(),
  timeBands: z.record(z.string(), timeBandSchema).optional(),
  originGroups: z.record(z.string(), z.array(name).max(100_000)).optional(),
  exchanges: name.optional(),
  noticeDays: z.int().min(0).max(366).optional(),
};

export const bundleDeckSchema = z.strictObject({
  ...deckFields,
  versions: z.array(bundleDeckVersionSchema),
});

/** A deck as it is kept and answered. */
export const deckSchema = z.strictObject({
  ...deckFields,
  versions: z.array(z.strictObject({ from: dateOrInstant, rows: z.string() })),
});

const chargePolicy = z.enum([
  "onSubmit",
  "onDelivered",
  "onSubmitRefundRejected",
  "percentEarly",
  "onFailed",
]);

const finalState = z.enum(["delivered", "read", "undelivered", "expired", "rejected", "failed"]);

const chargeOnSchema = z.union([
  chargePolicy,
  z.strictObject({
    policy: chargePolicy,
    percent: decimal.optional(),
    finalStates: z.array(finalState).min(1).optional(),
    treatMissingDlrAs: z.enum(["delivered", "undelivered", "unknownBillable"]).optional(),
  }),
]);

export const termSchema = z.strictObject({
  id: name,
  title: name.optional(),
  on: name.optional(),
  meter: name.optional(),
  where: conditions.optional(),
  price: priceSchema,
  lines: z.array(name).optional(),
  ramp: rampSchema.optional(),
  chargeOn: chargeOnSchema.optional(),
  passThrough: z.boolean().optional(),
});

/** What an agreement has otherwise than its plan's term. */
const overrideSchema = z.strictObject({
  title: name.optional(),
  where: conditions.optional(),
  lines: z.array(name).optional(),
  ramp: rampSchema.optional(),
  chargeOn: chargeOnSchema.optional(),
  price: pricePatchSchema.optional(),
});

export const planSchema = z.strictObject({
  title: name.optional(),
  public: z.boolean().optional(),
  terms: z.array(termSchema),
});

export const agreementSchema = z.strictObject({
  party: name,
  role: z.enum(["customer", "reseller", "supplier", "partner", "referrer"]),
  seller: name.optional(),
  currency: name,
  timeZone: name,
  cycle: z.literal("monthly"),
  graceHours: z.int().min(0).max(8760).optional(),
  longCalls: z.enum(["byEnd", "byStart", "split"]).optional(),
  rounding: roundingMode.optional(),
  accounts: z.union([z.literal("all"), z.array(name)]),
  versions: z.array(
    z.strictObject({
      from: dateOrInstant,
      to: dateOrInstant.optional(),
      plan: name.optional(),
      terms: z.array(termSchema).optional(),
      overrides: z.record(z.string(), overrideSchema).optional(),
    }),
  ),
});

/** Rows in a file of the directory or here as CSV; other columns than these are passed over. */
export const bundleExchangeTableSchema = z.strictObject({
  file: name.optional(),
  csv: z.string().optional(),
  columns: z.strictObject({ code: name.optional(), state: name.optional() }).optional(),
  delimiter: delimiter.optional(),
});

export const exchangeRateSchema = z.strictObject({
  currency: name,
  from: dateOrInstant,
  rate: decimal,
});

const expression = text(z.string().min(1).max(2_000)).describe("CEL");

export const meterSchema = z.union([
  z.strictObject({ title: name.optional(), derive: expression }),
  z.strictObject({
    title: name.optional(),
    on: name,
    where: z.record(z.string(), z.union([name, z.array(name).min(1)])).optional(),
    filter: expression.optional(),
    aggregation: z.enum(AGGREGATIONS),
    of: name.optional(),
    percentile: decimal.optional(),
    per: name.optional(),
    over: z.enum(["hour", "day", "range"]).optional(),
    by: z.array(name).optional(),
  }),
]);

const sections = {
  provider: providerSchema,
  parties: z.record(z.string(), partySchema).default({}),
  accounts: z.record(z.string(), accountSchema).default({}),
  sources: z.record(z.string(), sourceSchema).default({}),
  eventTypes: z.record(z.string(), eventTypeSchema).default({}),
  plans: z.record(z.string(), planSchema).default({}),
  agreements: z.record(z.string(), agreementSchema).default({}),
  meters: z.record(z.string(), meterSchema).default({}),
  exchangeRates: z.array(exchangeRateSchema).default([]),
};

/** What a directory or a request hands in. */
export const bundleSchema = z.strictObject({
  ...sections,
  exchangeTables: z.record(z.string(), bundleExchangeTableSchema).default({}),
  decks: z.record(z.string(), bundleDeckSchema).default({}),
});

/** What is kept and answered. */
export const catalogueSchema = z.strictObject({
  ...sections,
  exchangeTables: z.record(z.string(), z.strictObject({ csv: z.string() })).default({}),
  decks: z.record(z.string(), deckSchema).default({}),
});

export type Bundle = z.output<typeof bundleSchema>;
export type BundleExchangeTable = z.output<typeof bundleExchangeTableSchema>;
export type BundleDeckVersion = z.output<typeof bundleDeckVersionSchema>;
export type DeckColumns = z.output<typeof columnsSchema>;
