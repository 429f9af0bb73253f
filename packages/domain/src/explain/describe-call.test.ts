import { expect, test } from "vitest";
import type { CallRules, DeckRowCall } from "../catalogue/call-rules.ts";
import { type CallStep, writeCallSteps } from "../voice/call-steps.ts";
import type { FoundJurisdiction } from "../voice/jurisdiction.ts";
import { chargeSentence } from "./charge-sentence.ts";
import { chargeSteps } from "./charge-steps.ts";
import { call, deckCharge, mills, PROVIDER, row, term } from "./fixtures/recorded-charges.ts";
import type { RecordedCharge, RecordedDeckRow } from "./recorded.ts";

interface Made {
  readonly steps: readonly CallStep[];
  readonly raw?: bigint;
  readonly billed?: bigint;
  readonly amount?: bigint;
  readonly rules?: CallRules;
  readonly row?: Partial<RecordedDeckRow>;
  readonly spanRows?: ReadonlyMap<number, RecordedDeckRow>;
}

function charge(made: Made): RecordedCharge {
  const { steps, raw = 60_000n, billed = 60_000n, amount = mills(12n), spanRows } = made;
  const stored = { raw, billed, amount, steps: writeCallSteps(steps) };
  const recorded = deckCharge(stored, made.row ?? {});
  const price = { model: "deck", deck: "voice-basic-eur", call: made.rules } as const;
  return { ...recorded, term: term(price), deck: { ...recorded.deck!, spanRows } };
}

function sentence(made: Made): string {
  const text = chargeSentence(call([]), charge(made), PROVIDER);
  return text.replace("briefwerk owes ", "").replace(" for its call", "");
}

function told(made: Made): string[] {
  return chargeSteps(call([]), charge(made), PROVIDER).map(
    ({ name, value }) => `${name}: ${value}`,
  );
}

const DECK = "deck voice-basic-eur prefix 49";
const JURISDICTIONS: DeckRowCall = { intraRate: "0.004", interRate: "0.002" };

test.each<[string, Made, string]>([
  [
    "an attempt fee",
    { steps: [{ kind: "unanswered" }], raw: 0n, billed: 0n, amount: mills(1n) },
    `0.0010 EUR (status answered): the attempt fee of a call that was not answered, ${DECK} from 2026-07-01.`,
  ],
  [
    "a grace",
    { steps: [{ kind: "grace" }], billed: 0n, amount: 0n, rules: { graceSeconds: 90 } },
    `nothing: 60 s, shorter than the grace of 90 s, ${DECK} from 2026-07-01.`,
  ],
  [
    "a row's own grace",
    {
      steps: [{ kind: "grace" }],
      billed: 0n,
      amount: 0n,
      rules: { graceSeconds: 90 },
      row: { call: { graceSeconds: 120 } },
    },
    `nothing: 60 s, shorter than the grace of 120 s, ${DECK} from 2026-07-01.`,
  ],
  [
    "no duration",
    { steps: [{ kind: "zero" }], raw: 0n, billed: 0n, amount: 0n },
    `nothing: 0 s, answered without any duration, ${DECK} from 2026-07-01.`,
  ],
  [
    "a minimum charge",
    { steps: [{ kind: "minCharge", before: mills(5n) }], rules: { minCharge: "0.012" } },
    `0.0120 EUR: 60 s at 0.0120 EUR per minute, ${DECK} from 2026-07-01, raised from 0.0050 EUR to the minimum charge of 0.0120 EUR.`,
  ],
  [
    "a maximum charge and the rounding of the leg",
    {
      steps: [
        { kind: "maxCharge", before: mills(99n) },
        { kind: "leg", before: 11_500_000_000n, decimals: 3, mode: "halfEven" },
      ],
      rules: { maxCharge: "0.0115" },
    },
    `0.0120 EUR: 60 s at 0.0120 EUR per minute, ${DECK} from 2026-07-01, lowered from 0.0990 EUR to the maximum charge of 0.0115 EUR, rounded half-even from 0.0115 EUR to 3 places.`,
  ],
  [
    "a jurisdiction",
    {
      steps: [{ kind: "jurisdiction", is: "intra", from: "NY", to: "NY" }],
      row: { call: JURISDICTIONS },
    },
    `0.0120 EUR: 60 s at 0.0040 EUR per minute (intra), ${DECK} from 2026-07-01.`,
  ],
  [
    "one that cannot be told",
    {
      steps: [{ kind: "jurisdiction", is: "indeterminate", from: "NY", to: "" }],
      row: { call: JURISDICTIONS },
    },
    `0.0120 EUR: 60 s at 0.0120 EUR per minute (indeterminate), ${DECK} from 2026-07-01.`,
  ],
  [
    "callers and times that the row is for",
    { steps: [], row: { originGroup: "eea", timeBand: "peak" } },
    `0.0120 EUR: 60 s at 0.0120 EUR per minute, ${DECK} for callers of eea at peak from 2026-07-01.`,
  ],
  [
    "spans of two rates each",
    {
      steps: [
        { kind: "span", row: 7, initial: 30_000, next: 30_000 },
        { kind: "span", row: 8, initial: 0, next: 60_000 },
      ],
      spanRows: new Map([
        [7, row({ id: 7, rateNext: "0.0100", timeBand: "peak" })],
        [8, row({ id: 8, rate: "0.0040" })],
      ]),
    },
    `0.0120 EUR: 60 s at 0.0120 EUR per minute for 30 s and 0.0100 EUR per minute for 30 s (peak), 0.0040 EUR per minute for 60 s, ${DECK} from 2026-07-01.`,
  ],
])("a sentence about %s", (_, made, words) => {
  expect(sentence(made)).toBe(words);
});

test("the trace tells each step in its order", () => {
  const steps = told({
    steps: [
      { kind: "jurisdiction", is: "inter", from: "NJ", to: "NY" },
      { kind: "rounded", duration: 62_000 },
      { kind: "offset", duration: 60_000 },
      { kind: "free", duration: 30_000 },
      { kind: "minimum", duration: 45_000 },
      { kind: "span", row: 7, initial: 0, next: 60_000 },
      { kind: "minCharge", before: mills(5n) },
      { kind: "leg", before: mills(12n), decimals: 4, mode: "up" },
    ],
    rules: { durationRounding: "up", durationOffset: -2, freeSeconds: 30, minCharge: "0.012" },
    row: { call: JURISDICTIONS },
    spanRows: new Map([[7, row({ id: 7 })]]),
  });
  expect(
    steps.slice(
      steps.findIndex((step) => step.startsWith("duration")),
      -2,
    ),
  ).toEqual([
    "duration: 62 s, whole seconds (up)",
    "duration: 60 s with the offset of -2 s",
    "duration: 30 s after the first 30 s, which are free",
    "duration: 45 s, the least that is billed",
    "increments: none: 60 s billed",
    "rate: 0.0120 EUR per minute for 60 s",
    "jurisdiction: inter: caller and called number belong to different states, NJ and NY",
    "span: 0.0120 EUR per minute for 60 s",
    "bound: raised from 0.0050 EUR to the minimum charge of 0.0120 EUR",
    "leg: rounded up from 0.0120 EUR to 4 places",
    "amount: 0.0120 EUR",
  ]);
});

test.each<[FoundJurisdiction, string]>([
  [
    { is: "intra", from: "NY", to: "NY" },
    "intra: caller and called number belong to one state, NY",
  ],
  [{ is: "intra", from: "", to: "" }, "intra: caller and called number belong to one state"],
  [
    { is: "indeterminate", from: "", to: "NY" },
    "indeterminate: the state of the caller is not known",
  ],
  [
    { is: "indeterminate", from: "NJ", to: "" },
    "indeterminate: the state of the called number is not known",
  ],
  [{ is: "indeterminate", from: "", to: "" }, "indeterminate: the state of both ends is not known"],
])("a jurisdiction says why: %o", (found, words) => {
  const steps = told({ steps: [{ kind: "jurisdiction", ...found }], row: { call: JURISDICTIONS } });
  expect(steps).toContain(`jurisdiction: ${words}`);
});
