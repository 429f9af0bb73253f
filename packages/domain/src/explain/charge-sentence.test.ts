import { expect, test } from "vitest";
import type { Deck } from "../catalogue/catalogue.ts";
import { parseInstant } from "../instant.ts";
import { explainEvent } from "./explain-event.ts";
import {
  CARRIER,
  call,
  charge,
  deckCharge,
  mills,
  PROVIDER,
  partner,
  referrer,
  resale,
  row,
  shop,
  sms,
  V1,
  V2,
  V5,
} from "./fixtures/recorded-charges.ts";
import type { RecordedCharge, RecordedEvent } from "./recorded.ts";

/** The only charge of an event in one sentence. */
function sentenceOf(event: RecordedEvent): string {
  return explainEvent(event, PROVIDER).charges[0]!.sentence;
}

test.each([
  [
    "handbook V1, whole minutes",
    V1,
    "briefwerk owes 0.0240 EUR for its call to DE: 61 s billed as 120 s (60/60) at 0.0120 EUR per minute, deck voice-basic-eur prefix 49 from 2026-07-01.",
  ],
  [
    "handbook V2, six seconds",
    V2,
    "briefwerk owes 0.00935 EUR for its call to DE: 61 s billed as 66 s (6/6) at 0.0085 EUR per minute, deck voice-basic-eur prefix 49 from 2026-07-01.",
  ],
  [
    "handbook V5, a connect fee and two rates",
    V5,
    "briefwerk owes 0.641666666667 EUR for its call to DE: connect fee 0.4000 EUR and 85 s (60/1) at 0.2000 EUR per minute for the first 60 s and 0.1000 EUR after that, deck voice-basic-eur prefix 49 from 2026-07-01.",
  ],
  [
    "a rate that began within a day",
    deckCharge(
      { raw: 60_000n, billed: 60_000n, amount: mills(12n) },
      { from: parseInstant("2026-07-01T12:00:00Z") },
    ),
    "briefwerk owes 0.0120 EUR for its call to DE: 60 s at 0.0120 EUR per minute, deck voice-basic-eur prefix 49 from 2026-07-01T12:00:00Z.",
  ],
  [
    "a fraction of a second",
    charge(
      { model: "perUnit", rate: "0.6", per: "minute" },
      { raw: 61_250n, billed: 61_250n, amount: mills(612n) },
    ),
    "briefwerk owes 0.6120 EUR for its call to DE: 61.25 s at 0.6000 EUR per minute.",
  ],
  [
    "a cell of a matrix",
    charge(
      {
        model: "matrix",
        per: "minute",
        by: ["country"],
        rates: [{ when: { country: ["AT", "DE"] }, rate: "0.012" }],
        otherwise: "0.05",
      },
      { raw: 60_000n, billed: 60_000n, amount: mills(12n) },
    ),
    "briefwerk owes 0.0120 EUR for its call to DE: 60 s at 0.0120 EUR (country DE) per minute.",
  ],
  [
    "the rest of a matrix",
    charge(
      {
        model: "matrix",
        per: "minute",
        by: ["country"],
        rates: [{ when: { country: "AT" }, rate: "0.012" }],
        otherwise: "0.05",
      },
      { raw: 60_000n, billed: 60_000n, amount: mills(50n) },
    ),
    "briefwerk owes 0.0500 EUR for its call to DE: 60 s at 0.0500 EUR (otherwise: country DE) per minute.",
  ],
  [
    "the event's own price within limits",
    charge(
      {
        model: "dynamic",
        price: "cents",
        factor: "0.029",
        fixed: "0.3",
        minimumPerEvent: "0.5",
        maximumPerEvent: "5",
      },
      { raw: 400n, billed: 400n, amount: mills(500n) },
    ),
    "briefwerk owes 0.5000 EUR for its call to DE: 400 cents at its own price times 0.029 and 0.3000 EUR, at least 0.5000 EUR and at most 5.0000 EUR.",
  ],
  [
    "a share within a limit",
    charge(
      { model: "percentage", of: "cost", percent: "10", minimumPerEvent: "0.2" },
      { base: mills(1000n), amount: mills(200n) },
    ),
    "briefwerk owes 0.2000 EUR for its call to DE: 10 % of the cost of 1.0000 EUR, at least 0.2000 EUR.",
  ],
  [
    "priced at close",
    charge(
      { model: "graduated", per: "minute", tiers: [{ upTo: null, rate: "0.006" }] },
      { raw: 61_000n, billed: 61_000n, amount: null },
    ),
    "briefwerk has 61 s counted for its call to DE: graduated tiers per minute over the whole period, priced when it is closed.",
  ],
])("a call in one sentence: %s", (_, recorded, sentence) => {
  expect(sentenceOf(call([recorded]))).toBe(sentence);
});

test("an unanswered call needs no rate and says so", () => {
  const unanswered = deckCharge({ deckRow: 0 }, {});
  const charge = { ...unanswered, deck: { ...unanswered.deck!, row: null } };
  const event = call([charge], { data: { direction: "outbound", status: "noAnswer" } });
  expect(sentenceOf(event)).toBe(
    "briefwerk owes nothing for its call to DE (status noAnswer): nothing was used, so no rate was needed.",
  );
  const [explained] = explainEvent(event, PROVIDER).charges;
  expect(explained).toMatchObject({ amount: "0", quantity: "0 s", rate: "" });
  expect(explained!.steps.map(({ name }) => name)).not.toContain("lookup");
});

test("an inbound call is called so, a country that no charge names is left out", () => {
  const tolled = {
    ...charge(
      { model: "perUnit", rate: "0.006", per: "minute" },
      { raw: 60_000n, billed: 60_000n, amount: mills(6n) },
    ),
    dimensions: {},
  };
  const event = call([tolled], { data: { direction: "inbound", status: "answered" } });
  expect(sentenceOf(event)).toBe(
    "briefwerk owes 0.0060 EUR for its inbound call: 60 s at 0.0060 EUR per minute.",
  );
});

const SMS_DECK: Deck = { key: "network", currency: "EUR", per: "segment", versions: [] };
const networkCharge: RecordedCharge = {
  ...charge(
    { model: "network", deck: "sms-hub" },
    { deckRow: 9, raw: 1n, billed: 1n, amount: mills(28n) },
    CARRIER,
  ),
  deck: { name: "sms-hub", body: SMS_DECK, row: row({ id: 9, key: "262-01", rate: "0.0280" }) },
};

test.each([
  [
    "the supplier, by network",
    networkCharge,
    "atlas earns 0.0280 EUR from the SMS to DE: 1 segment at 0.0280 EUR per segment, deck sms-hub network 262-01 from 2026-07-01.",
  ],
  [
    "the customer of a reseller, by segment",
    charge(
      { model: "perUnit", rate: "0.0500", per: "segment" },
      { raw: 1n, billed: 1n, amount: mills(50n) },
      shop,
    ),
    "shop owes resale 0.0500 EUR for its SMS to DE: 1 segment at 0.0500 EUR per segment.",
  ],
  [
    "the reseller, by markup (handbook P2)",
    charge(
      { model: "markup", on: "cost", percent: "20" },
      { base: mills(5n), amount: mills(6n) },
      resale,
    ),
    "resale owes 0.0060 EUR for the SMS to DE: the cost of 0.0050 EUR plus 20 %.",
  ],
  [
    "the reseller's customer, by markup (handbook P2)",
    charge(
      { model: "markup", on: "parentCharge", percent: "50" },
      { base: mills(6n), amount: mills(9n) },
      shop,
    ),
    "shop owes resale 0.0090 EUR for its SMS to DE: the reseller's charge of 0.0060 EUR plus 50 %.",
  ],
  [
    "the app partner, by share of the margin (handbook P13)",
    charge(
      { model: "percentage", of: "margin", percent: "10" },
      { base: mills(12n), amount: 1_200_000_000n },
      partner,
    ),
    "appmaker earns 0.0012 EUR from the SMS to DE: 10 % of the margin of 0.0120 EUR.",
  ],
  [
    "the referrer, by message (handbook P13)",
    charge(
      { model: "perUnit", rate: "0.0005", per: "message" },
      { raw: 1n, billed: 1n, amount: 500_000_000n },
      referrer,
    ),
    "friend earns 0.0005 EUR from the SMS to DE: 1 message at 0.0005 EUR per message.",
  ],
  [
    "a partner whose margin is a loss",
    charge(
      { model: "percentage", of: "margin", percent: "10" },
      { base: mills(-12n), amount: -1_200_000_000n },
      partner,
    ),
    "appmaker gives back 0.0012 EUR for the SMS to DE: 10 % of the margin of -0.0120 EUR.",
  ],
  [
    "a markup with a fixed part",
    charge(
      { model: "markup", on: "cost", percent: "20", fixed: "0.001" },
      { base: mills(5n), amount: mills(7n) },
      resale,
    ),
    "resale owes 0.0070 EUR for the SMS to DE: the cost of 0.0050 EUR plus 20 % and 0.0010 EUR.",
  ],
])("an SMS in one sentence: %s", (_, recorded, sentence) => {
  expect(sentenceOf(sms([recorded]))).toBe(sentence);
});

test("rendering computes nothing: a recorded amount is shown whatever the rate says", () => {
  const wrong = { ...V1, stored: { ...V1.stored, billed: 77_000n, amount: 123n } };
  expect(sentenceOf(call([wrong]))).toMatch(
    /^briefwerk owes 0\.000000000123 EUR for its call to DE: 61 s billed as 77 s \(60\/60\)/,
  );
});
