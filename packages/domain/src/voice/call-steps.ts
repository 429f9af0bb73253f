/**
 * What was done to one call beyond looking up a row and applying its increments, in order. It is recorded
 * with the charge as a short text, and put into words from there.
 */
import { assert } from "../assert.ts";
import { ROUNDING_MODES, type RoundingMode } from "../rounding.ts";
import { type FoundJurisdiction, JURISDICTIONS } from "./jurisdiction.ts";

/** Durations in milliseconds, amounts in pico-units. */
export type CallStep =
  /** What the charge adds to the number of events, where it is not 1; always the first step. */
  | { readonly kind: "count"; readonly count: number }
  /** A part of a call that is divided among months: of these milliseconds, from this one on. */
  | { readonly kind: "part"; readonly from: number; readonly of: number }
  /** Not answered: the attempt fee and nothing else. */
  | { readonly kind: "unanswered" }
  /** The duration as it came out of these steps. */
  | { readonly kind: "rounded" | "offset" | "free" | "minimum"; readonly duration: number }
  /** Shorter than the grace: nothing is due. */
  | { readonly kind: "grace" }
  /** Answered without any duration: nothing is due. */
  | { readonly kind: "zero" }
  | ({ readonly kind: "jurisdiction" } & FoundJurisdiction)
  /** Billed at a deck row's rate, and at its rate of what follows the initial increment. */
  | {
      readonly kind: "span";
      readonly row: number;
      readonly initial: number;
      readonly next: number;
    }
  /** What the amount was before a bound. */
  | { readonly kind: "minCharge" | "maxCharge"; readonly before: bigint }
  /** What it was, to 12 places, before the rounding of the leg. */
  | {
      readonly kind: "leg";
      readonly before: bigint;
      readonly decimals: number;
      readonly mode: RoundingMode;
    };

const LETTERS = {
  count: "c",
  part: "d",
  rounded: "r",
  offset: "o",
  free: "f",
  minimum: "n",
  unanswered: "u",
  grace: "g",
  zero: "z",
  jurisdiction: "j",
  span: "s",
  minCharge: "l",
  maxCharge: "h",
  leg: "x",
} as const satisfies Readonly<Record<CallStep["kind"], string>>;

const KINDS: readonly CallStep["kind"][] = [
  "count",
  "part",
  "rounded",
  "offset",
  "free",
  "minimum",
  "unanswered",
  "grace",
  "zero",
  "jurisdiction",
  "span",
  "minCharge",
  "maxCharge",
  "leg",
];

/** A letter a step, then its numbers: `r62000~s7:60000:0~s8:0:60000~x24000000000:4:0`. */
export function writeCallSteps(steps: readonly CallStep[]): string {
  let text = "";
  for (const step of steps) text = text === "" ? writeStep(step) : `${text}~${writeStep(step)}`;
  return text;
}

function writeStep(step: CallStep): string {
  const letter = LETTERS[step.kind];
  switch (step.kind) {
    case "count":
      return `${letter}${step.count}`;
    case "part":
      return `${letter}${step.from}:${step.of}`;
    case "rounded":
    case "offset":
    case "free":
    case "minimum":
      return `${letter}${step.duration}`;
    case "unanswered":
    case "grace":
    case "zero":
      return letter;
    case "jurisdiction":
      return `${letter}${JURISDICTIONS.indexOf(step.is)}:${step.from}:${step.to}`;
    case "span":
      return `${letter}${step.row}:${step.initial}:${step.next}`;
    case "minCharge":
    case "maxCharge":
      return `${letter}${step.before}`;
    case "leg":
      return `${letter}${step.before}:${step.decimals}:${ROUNDING_MODES.indexOf(step.mode)}`;
  }
}

/** What a charge adds to the number of events. */
export function countOfSteps(text: string): number {
  return text.startsWith(LETTERS.count) ? Number(/^.(-?\d+)/.exec(text)?.[1]) : 1;
}

export function readCallSteps(text: string): CallStep[] {
  return text === "" ? [] : text.split("~").map(readStep);
}

function readStep(text: string): CallStep {
  const letter = text.charAt(0);
  const [first = "", second = "", third = ""] = text.slice(1).split(":");
  const kind = KINDS.find((one) => LETTERS[one] === letter);
  assert(kind !== undefined, "a recorded step is one of the list");
  switch (kind) {
    case "count":
      return { kind, count: Number(first) };
    case "part":
      return { kind, from: Number(first), of: Number(second) };
    case "rounded":
    case "offset":
    case "free":
    case "minimum":
      return { kind, duration: Number(first) };
    case "unanswered":
    case "grace":
    case "zero":
      return { kind };
    case "jurisdiction": {
      const is = JURISDICTIONS[Number(first)];
      assert(is !== undefined, "a recorded jurisdiction is one of the list");
      return { kind, is, from: second, to: third };
    }
    case "span":
      return { kind, row: Number(first), initial: Number(second), next: Number(third) };
    case "minCharge":
    case "maxCharge":
      return { kind, before: BigInt(first) };
    case "leg": {
      const mode = ROUNDING_MODES[Number(third)];
      assert(mode !== undefined, "a recorded rounding is one of the list");
      return { kind, before: BigInt(first), decimals: Number(second), mode };
    }
  }
}
