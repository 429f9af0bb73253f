/**
 * What was done to one call beyond looking up a row and applying its increments, in order. It is recorded
 * with the charge as a short text, and put into words from there.
 */
import { assert } from "../assert.ts";
import { ROUNDING_MODES, type RoundingMode } from "../rounding.ts";
import { JURISDICTIONS, type Jurisdiction } from "./jurisdiction.ts";

/** Durations in milliseconds, amounts in pico-units. */
export type CallStep =
  /** Not answered: the attempt fee and nothing else. */
  | { readonly kind: "unanswered" }
  /** The duration as it came out of these steps. */
  | { readonly kind: "rounded" | "offset" | "free" | "minimum"; readonly duration: number }
  /** Shorter than the grace: nothing is due. */
  | { readonly kind: "grace" }
  /** Answered without any duration: nothing is due. */
  | { readonly kind: "zero" }
  | { readonly kind: "jurisdiction"; readonly is: Jurisdiction }
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

const DURATIONS = { r: "rounded", o: "offset", f: "free", n: "minimum" } as const;
const FLAGS = { u: "unanswered", g: "grace", z: "zero" } as const;
const BOUNDS = { l: "minCharge", h: "maxCharge" } as const;

/** A letter a step, then its numbers: `r62000~s7:60000:0~s8:0:60000~x24000000000:4:0`. */
export function writeCallSteps(steps: readonly CallStep[]): string {
  return steps.map(writeStep).join("~");
}

function writeStep(step: CallStep): string {
  switch (step.kind) {
    case "rounded":
    case "offset":
    case "free":
    case "minimum":
      return `${letterOf(DURATIONS, step.kind)}${step.duration}`;
    case "unanswered":
    case "grace":
    case "zero":
      return letterOf(FLAGS, step.kind);
    case "jurisdiction":
      return `j${JURISDICTIONS.indexOf(step.is)}`;
    case "span":
      return `s${step.row}:${step.initial}:${step.next}`;
    case "minCharge":
    case "maxCharge":
      return `${letterOf(BOUNDS, step.kind)}${step.before}`;
    case "leg":
      return `x${step.before}:${step.decimals}:${ROUNDING_MODES.indexOf(step.mode)}`;
  }
}

function letterOf(letters: Readonly<Record<string, string>>, kind: string): string {
  const letter = Object.keys(letters).find((one) => letters[one] === kind);
  assert(letter !== undefined, "every kind of step has a letter");
  return letter;
}

export function readCallSteps(text: string): CallStep[] {
  return text === "" ? [] : text.split("~").map(readStep);
}

function readStep(text: string): CallStep {
  const letter = text.charAt(0);
  const [first = "0", second = "0", third = "0"] = text.slice(1).split(":");
  if (isKey(DURATIONS, letter)) return { kind: DURATIONS[letter], duration: Number(first) };
  if (isKey(FLAGS, letter)) return { kind: FLAGS[letter] };
  if (isKey(BOUNDS, letter)) return { kind: BOUNDS[letter], before: BigInt(first) };
  if (letter === "j") {
    const is = JURISDICTIONS[Number(first)];
    assert(is !== undefined, "a recorded jurisdiction is one of the list");
    return { kind: "jurisdiction", is };
  }
  if (letter === "s") {
    return { kind: "span", row: Number(first), initial: Number(second), next: Number(third) };
  }
  const mode = ROUNDING_MODES[Number(third)];
  assert(letter === "x" && mode !== undefined, "a recorded step is one of the list");
  return { kind: "leg", before: BigInt(first), decimals: Number(second), mode };
}

function isKey<Letters extends object>(
  letters: Letters,
  key: string,
): key is keyof Letters & string {
  return Object.hasOwn(letters, key);
}
