import { expect, test } from "vitest";
import { parseInstant } from "../instant.ts";
import { chargeTable } from "./charge-table.ts";
import { explainEvent } from "./explain-event.ts";
import {
  CARRIER,
  call,
  charge,
  deckCharge,
  mills,
  PROVIDER,
  partner,
  shop,
  sms,
  V1,
  V2,
  V5,
  VOICE_DECK,
} from "./fixtures/recorded-charges.ts";
import type { RecordedCharge } from "./recorded.ts";
import { trace } from "./trace.ts";

test("a trace holds every step in order, with where each is recorded", () => {
  const [explained] = explainEvent(call([V5]), PROVIDER).charges;
  expect(trace(explained!.steps).split("\n")).toEqual([
    "  event        call-17 of source gateway, voice.call  [event 0191d1c0-0000-0000-0000-000000000001]",
    "  time         2026-10-03T22:30:00Z  [event]",
    "  received     2026-10-03T22:31:05Z  [event]",
    "  identified   trunk-7 is account briefwerk-main  [event]",
    "  data         direction outbound, status answered, durationSeconds 61, from •••, to •••  [event]",
    "  agreement    briefwerk with briefwerk as customer, EUR, Europe/Berlin  [catalogue revision 3]",
    "  term         voice-outbound, Outbound calls  [term version 12]",
    "  applies to   every voice.call  [term version 12]",
    "  quantity     85 s  [charge]",
    "  lookup       to +49••• in deck voice-basic-eur, longest prefix in force at the event's time  [term version 12]",
    "  row          prefix 49 Germany, from 2026-07-01  [deck row 345]",
    "  increments   60/1: 85 s billed  [deck row 345]",
    "  rate         0.2000 EUR per minute for the first 60 s and 0.1000 EUR after that  [deck row 345]",
    "  connect fee  0.4000 EUR  [deck row 345]",
    "  amount       0.641666666667 EUR, rounded once, half-even at 12 places  [charge]",
    "  day          2026-10-04 in Europe/Berlin  [charge]",
    "  total        briefwerk, voice-outbound, 2026-10-04, channel voice.outbound, country DE  [tuple 5, cut 1]",
  ]);
});

test("a share's trace names its base and what that means", () => {
  const share = charge(
    { model: "percentage", of: "margin", percent: "10" },
    { base: mills(12n), amount: 1_200_000_000n },
    partner,
  );
  const [explained] = explainEvent(sms([share]), PROVIDER).charges;
  expect(explained!.steps).toContainEqual({
    name: "base",
    value:
      "margin 0.0120 EUR: what the provider receives for this event less what suppliers charge for it",
    from: "charge",
  });
});

test("conditions, the biller and increments by whole multiples are steps", () => {
  const multiple = deckCharge(
    { raw: 31_000n, billed: 36_000n, amount: mills(36n) },
    { rate: "0.06", initialIncrement: 30, subsequentIncrement: 18 },
  );
  const recorded: RecordedCharge = {
    ...multiple,
    agreement: shop,
    term: { ...multiple.term, where: { direction: "outbound", status: ["answered", "busy"] } },
    deck: { ...multiple.deck!, body: { ...VOICE_DECK, incrementMode: "wholeMultiple" } },
  };
  const values = explainEvent(call([recorded]), PROVIDER).charges[0]!.steps.map(
    (step) => step.value,
  );
  expect(values).toEqual(
    expect.arrayContaining([
      "shop-retail with shop as customer, EUR, Europe/Berlin, billed by resale",
      "every voice.call, direction outbound, status answered or busy",
      "30/18 by whole multiples: 36 s billed",
    ]),
  );
});

test("an event that waited, or whose id came twice, says so", () => {
  const waited = { since: parseInstant("2026-10-03T22:31:05Z"), code: "rating.no-rate" };
  const { steps } = explainEvent(call([V1], { waited, conflicting: 2 }), PROVIDER);
  expect(steps.map(({ value }) => value)).toEqual(
    expect.arrayContaining([
      "in quarantine since 2026-10-03T22:31:05Z: rating.no-rate",
      "the id also came 2 times with another content, which is kept apart",
    ]),
  );
});

test("a personal value never reaches an explanation, even if it were handed in", () => {
  const data = { to: "4915112345678", from: "493012345", status: "answered" };
  const explained = explainEvent(call([V1], { data }), PROVIDER);
  expect(JSON.stringify(explained)).not.toMatch(/15112345678|3012345/);
});

test("the table has one row for each party's charge", () => {
  const { charges } = explainEvent(call([V1, { ...V2, agreement: CARRIER }]), PROVIDER);
  expect(chargeTable(charges).rows).toEqual([
    [
      "1",
      "customer",
      "briefwerk",
      "briefwerk",
      "voice-outbound",
      "61 s",
      "120 s",
      "0.0120 EUR per minute",
      "0.0240 EUR",
    ],
    [
      "2",
      "supplier",
      "atlas",
      "atlas",
      "voice-outbound",
      "61 s",
      "66 s",
      "0.0085 EUR per minute",
      "0.00935 EUR",
    ],
  ]);
});

test("charges carry a reference of their own and the other side's name", () => {
  const { charges } = explainEvent(call([V1, { ...V2, agreement: shop }]), PROVIDER);
  expect(charges.map(({ ref, seller }) => [ref.slice(-2), seller])).toEqual([
    ["#1", "Northwind Talk"],
    ["#2", "resale"],
  ]);
});

const VOIDED = {
  ordinal: 2,
  kind: "void",
  madeAt: parseInstant("2026-11-05T10:00:00Z"),
  by: "ops",
  reason: "a test call",
  changes: [],
} as const;

test("a void event has no charges, and says what was stated about it", () => {
  const explained = explainEvent(call([V1], { isVoid: true, facts: [VOIDED] }), PROVIDER);
  expect(explained).toMatchObject({ isVoid: true, charges: [], facts: [{ ordinal: 2 }] });
  expect(explained.sentence).toMatch(/ is void: it counts for nothing\.$/);
  expect(explained.steps.at(-1)).toEqual({
    name: "voided",
    value: "2026-11-05T10:00:00Z by ops (a test call): no charge changed",
    from: "fact 2",
  });
});

test("charges that a fact states are referred to by it", () => {
  const [charge] = explainEvent(call([V1], { statedBy: 3 }), PROVIDER).charges;
  expect(charge!.ref).toBe("0191d1c0-0000-0000-0000-000000000001.3#1");
});
