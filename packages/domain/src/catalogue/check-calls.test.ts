/** Rules of calls, time bands and origin groups that make no sense. */
import { expect, test } from "vitest";
import { BUILT_IN_TYPES } from "../events/built-in-types.ts";
import { catalogueOf, type TestDeck, term } from "../rating/fixtures/small-book.ts";
import type { CallRules } from "./call-rules.ts";
import type { Catalogue, Term } from "./catalogue.ts";
import { checkCatalogue } from "./check-catalogue.ts";
import { checkChange } from "./check-change.ts";
import { toPointer } from "./problems.ts";

function catalogue(
  deck: Partial<TestDeck> = {},
  price: object = {},
  more: readonly Term[] = [],
): Catalogue {
  const calls = term(
    "voice.call",
    { model: "deck", deck: "voice", ...price },
    { id: "calls", where: { direction: "outbound" } },
  );
  return catalogueOf({
    decks: { voice: { rows: [], ...deck } },
    agreements: { shop: { role: "customer", terms: [calls, ...more] } },
  });
}

const NO_EXPRESSIONS = { filter: () => null, derived: () => ({ uses: [] }) };

function problems(of: Catalogue): string[] {
  return checkCatalogue(of, BUILT_IN_TYPES, NO_EXPRESSIONS).map(({ path, code }) => {
    return `${toPointer(path).replace("/agreements/shop/versions/0/terms/", "")} ${code}`;
  });
}

test("what makes sense has no problem", () => {
  const call: CallRules = {
    durationRounding: "nearest",
    graceSeconds: 3,
    minCharge: "0.01",
    maxCharge: "10",
    roundingMode: "up",
    roundingDecimals: 4,
  };
  const surcharge = term(
    "voice.call",
    { model: "surcharge", on: "calls", rate: "0.25", per: "minute" },
    { id: "origin", where: { originClass: "nonEea" } },
  );
  const deck: Partial<TestDeck> = {
    timeZone: "Europe/Berlin",
    holidays: ["2026-12-25"],
    timeBands: { peak: { times: ["08:00-18:00"], holidays: "except", weight: 1 }, rest: {} },
    originGroups: { eea: ["49", "33"], hidden: ["withheld"] },
  };
  expect(problems(catalogue(deck, { call, rateOn: "lrn" }, [surcharge]))).toEqual([]);
});

test.each<[object, string]>([
  [{ minCharge: "2", maxCharge: "1" }, "minCharge catalogue.charge-bounds-crossed"],
  [{ minCharge: "-1" }, "minCharge catalogue.negative"],
  [{ attemptFee: "1e3" }, "attemptFee catalogue.decimal-malformed"],
  [{ minCharge: "0.005", roundingDecimals: 2 }, "minCharge catalogue.charge-too-precise"],
  [{ maxCharge: "0.005", roundingDecimals: 2 }, "maxCharge catalogue.charge-too-precise"],
  [{ attemptFee: "0.005", roundingDecimals: 2 }, "attemptFee catalogue.charge-too-precise"],
  [{ roundingMode: "up" }, "roundingMode catalogue.rounding-without-decimals"],
  [{ maxChargeStrategy: "free" }, "maxChargeStrategy catalogue.strategy-without-maximum"],
])("rules %j are refused", (call, problem) => {
  expect(problems(catalogue({}, { call }))).toEqual([`0/price/call/${problem}`]);
});

test.each<[Partial<TestDeck>, string]>([
  [{ timeZone: "Mars/Base" }, "timeZone catalogue.zone-unknown"],
  [{ holidays: ["25.12.2026"] }, "holidays/0 catalogue.date-malformed"],
  [{ timeBands: { day: { times: ["8-18"] } } }, "timeBands/day/times/0 catalogue.times-malformed"],
  [{ timeBands: { day: { days: [] }, all: {} } }, "timeBands/day catalogue.band-never"],
  [
    { timeBands: { day: { times: ["08:00-18:00"] }, all: { weight: 1 } } },
    "timeBands/day catalogue.band-never",
  ],
  [
    { timeBands: { day: { times: ["08:00-18:00"] }, all: {} } },
    "timeBands/day catalogue.bands-overlap",
  ],
  [{ timeBands: { feast: { holidays: "only" } } }, "timeBands/feast catalogue.band-never"],
  [
    { timeBands: Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`b${at}`, {}])) },
    "timeBands catalogue.too-many-bands",
  ],
  [{ originGroups: { none: [] } }, "originGroups/none catalogue.origin-group-empty"],
  [{ originGroups: { us: ["+1"] } }, "originGroups/us/0 catalogue.origin-prefix-malformed"],
  [
    { originGroups: { us: ["1"], nanp: ["1"] } },
    "originGroups/nanp/0 catalogue.origin-prefix-twice",
  ],
])("a deck with %j is refused", (deck, problem) => {
  expect(problems(catalogue(deck))).toEqual([`/decks/voice/${problem}`]);
});

test("callers, times and rules of calls are for decks that price calls", () => {
  const deck: Partial<TestDeck> = { per: "call", timeBands: { all: {} } };
  expect(problems(catalogue(deck, { call: {} }))).toEqual([
    "/decks/voice/timeBands catalogue.for-calls-only",
    "0/price/call catalogue.for-calls-only",
  ]);
});

test("an LRN and an origin are number fields of the event type", () => {
  expect(problems(catalogue({}, { origin: "caller" }))).toEqual([
    "0/price/origin catalogue.number-unknown",
  ]);
});

const surcharge = (on: string, per: string, type = "voice.call") =>
  term(type, { model: "surcharge", on, rate: "0.25", per }, { id: "extra" });

test.each<[Term, string]>([
  [surcharge("nothing", "minute"), "1/price/on catalogue.surcharge-base-unknown"],
  [surcharge("extra", "minute"), "1/price/on catalogue.surcharge-base-unknown"],
  [surcharge("calls", "call"), "1/price/per catalogue.surcharge-quantity"],
  [surcharge("calls", "message", "email.message"), "1/price/on catalogue.surcharge-base-unknown"],
])("a surcharge has a base: %j", (extra, problem) => {
  expect(problems(catalogue({}, {}, [extra]))).toEqual([problem]);
});

test.each<[object, string]>([
  [{ allowancePercent: "100" }, "allowancePercent catalogue.allowance-of-all"],
  [{ allowancePercent: "-1" }, "allowancePercent catalogue.negative"],
  [{ rate: "free" }, "rate catalogue.decimal-malformed"],
  [{ per: "segment" }, "per catalogue.quantity-unknown"],
  [{ matching: {} }, "matching catalogue.ratio-of-all"],
  [{ matching: { where: { planet: "x" } } }, "matching/where/planet catalogue.dimension-unknown"],
])("a ratio surcharge with %j is refused", (more, problem) => {
  const ratio = {
    model: "ratioSurcharge",
    per: "call",
    rate: "0.01",
    matching: { secondsMax: 6 },
    allowancePercent: "15",
    mode: "allMatching",
    ...more,
  } as const;
  const short = term("voice.call", ratio, { id: "short" });
  expect(problems(catalogue({}, {}, [short]))).toEqual([`1/price/${problem}`]);
});

test("bands and groups that rows may name stay, whatever becomes of them", () => {
  const before = catalogue({ timeBands: { day: {}, all: {} }, originGroups: { eea: ["49"] } });
  const after = catalogue({ timeBands: { all: { weight: 1 } } });
  expect(checkChange(before, after).map(({ code, message }) => [code, message])).toEqual([
    [
      "catalogue.name-taken-out",
      "Time band day of voice stays: rows may be for it. Leave out the rows instead.",
    ],
    [
      "catalogue.name-taken-out",
      "Origin group eea of voice stays: rows may be for it. Leave out the rows instead.",
    ],
  ]);
});
