/** What was done to a call beyond its row's increments, in words. All of it is recorded. */

import type { CallRules, DeckRowCall } from "../catalogue/call-rules.ts";
import { formatDecimal } from "../decimal.ts";
import type { RoundingMode } from "../rounding.ts";
import { type CallStep, readCallSteps } from "../voice/call-steps.ts";
import type { FoundJurisdiction, Jurisdiction } from "../voice/jurisdiction.ts";
import { deckRowRef } from "./deck-row-ref.ts";
import { describeAmount, describeUnit } from "./describe-quantity.ts";
import type { Step } from "./explained.ts";
import type { RecordedCharge, RecordedDeckRow } from "./recorded.ts";

export function callStepsOf({ stored }: RecordedCharge): readonly CallStep[] {
  return readCallSteps(stored.steps);
}

/** Whether the call came to an end of the algorithm before any time was billed. */
export function endOf(steps: readonly CallStep[]): "unanswered" | "grace" | "zero" | null {
  for (const { kind } of steps) {
    if (kind === "unanswered" || kind === "grace" || kind === "zero") return kind;
  }
  return null;
}

/** What the row says of a rule, else the term. */
function ruleOf<Key extends keyof CallRules>(charge: RecordedCharge, key: Key): CallRules[Key] {
  const { price } = charge.term;
  const row: CallRules & DeckRowCall = charge.deck?.row?.call ?? {};
  return row[key] ?? (price.model === "deck" ? price.call?.[key] : undefined);
}

/** `the attempt fee of a call that was not answered` */
export function describeEnd(
  charge: RecordedCharge,
  end: NonNullable<ReturnType<typeof endOf>>,
): string {
  switch (end) {
    case "unanswered":
      return "the attempt fee of a call that was not answered";
    case "grace":
      return `shorter than the grace of ${ruleOf(charge, "graceSeconds") ?? 0} s`;
    case "zero":
      return "answered without any duration";
  }
}

/** Steps that come before the increments. */
export function durationSteps(charge: RecordedCharge): Step[] {
  return callStepsOf(charge).flatMap((step): Step[] => {
    const value = describeDuration(charge, step);
    return value === null ? [] : [{ name: "duration", value, from: "charge" }];
  });
}

function describeDuration(charge: RecordedCharge, step: CallStep): string | null {
  switch (step.kind) {
    case "unanswered":
    case "grace":
    case "zero":
      return describeEnd(charge, step.kind);
    case "rounded": {
      const mode = ruleOf(charge, "durationRounding");
      return `${seconds(step.duration)}, whole seconds (${mode ?? "none"})`;
    }
    case "offset":
      return `${seconds(step.duration)} with the offset of ${ruleOf(charge, "durationOffset")} s`;
    case "free":
      return `${seconds(step.duration)} after the first ${ruleOf(charge, "freeSeconds")} s, which are free`;
    case "minimum":
      return `${seconds(step.duration)}, the least that is billed`;
    default:
      return null;
  }
}

/** Steps that come after the rate. */
export function amountStepsOfCall(charge: RecordedCharge): Step[] {
  const { currency } = charge.agreement.body;
  return callStepsOf(charge).flatMap((step): Step[] => {
    if (step.kind === "jurisdiction") {
      return [{ name: "jurisdiction", value: describeJurisdiction(step), from: "charge" }];
    }
    if (step.kind === "span") {
      const row = charge.deck?.spanRows?.get(step.row);
      const value = describeSpan(charge, step, row, currency);
      return [{ name: "span", value, from: deckRowRef(step.row) }];
    }
    const value = describeChange(charge, step, currency);
    return value === null
      ? []
      : [{ name: step.kind === "leg" ? "leg" : "bound", value, from: "charge" }];
  });
}

/** Charges of before states were recorded have none. */
function named(...states: readonly string[]): string {
  return states.includes("") ? "" : `, ${states.join(" and ")}`;
}

function describeJurisdiction({ is, from, to }: FoundJurisdiction): string {
  if (is === "intra") return `intra: caller and called number belong to one state${named(from)}`;
  if (is === "inter") {
    return `inter: caller and called number belong to different states${named(from, to)}`;
  }
  const unknown = from === "" ? (to === "" ? "both ends" : "the caller") : "the called number";
  return `indeterminate: the state of ${unknown} is not known`;
}

/** `raised from 0.0040 EUR to the minimum charge`, `rounded up from 0.00935 EUR to 4 places` */
function describeChange(charge: RecordedCharge, step: CallStep, currency: string): string | null {
  switch (step.kind) {
    case "minCharge":
    case "maxCharge": {
      const before = describeAmount(formatDecimal(step.before, 12), currency);
      const bound = describeAmount(ruleOf(charge, step.kind) ?? "0", currency);
      return step.kind === "minCharge"
        ? `raised from ${before} to the minimum charge of ${bound}`
        : `lowered from ${before} to the maximum charge of ${bound}`;
    }
    case "leg": {
      const before = describeAmount(formatDecimal(step.before, 12), currency);
      return `rounded ${MODES[step.mode]} from ${before} to ${step.decimals} places`;
    }
    default:
      return null;
  }
}

const MODES: Readonly<Record<RoundingMode, string>> = {
  up: "up",
  down: "down",
  halfUp: "half up",
  halfEven: "half-even",
};

/** What bounds and the rounding of the leg did, as the end of a sentence; empty if nothing. */
export function describeChanges(charge: RecordedCharge): string {
  const { currency } = charge.agreement.body;
  return callStepsOf(charge)
    .filter((step) => step.kind !== "leg" || step.before !== charge.stored.amount)
    .map((step) => describeChange(charge, step, currency))
    .filter((text) => text !== null)
    .map((text) => `, ${text}`)
    .join("");
}

/** The part of a divided call that a charge is for; null where it is for the whole. */
export function partOf(charge: RecordedCharge): Extract<CallStep, { kind: "part" }> | null {
  return callStepsOf(charge).find((step) => step.kind === "part") ?? null;
}

/** `part of a call of 6300 s: its increments that start from 1800 s on in the month` */
export function describePart(charge: RecordedCharge): string | null {
  const part = partOf(charge);
  if (part === null) return null;
  const since = part.from === 0 ? "" : ` from ${seconds(part.from)} on`;
  return `part of a call of ${seconds(part.of)}: its increments that start${since} in the month`;
}

/** `0.1000 EUR per minute for 60 s (peak), 0.0400 EUR per minute for 60 s`; null without spans. */
export function describeSpans(charge: RecordedCharge): string | null {
  const spans = callStepsOf(charge).filter((step) => step.kind === "span");
  if (spans.length === 0) return null;
  const { currency } = charge.agreement.body;
  return spans
    .map((span) => describeSpan(charge, span, charge.deck?.spanRows?.get(span.row), currency))
    .join(", ");
}

function describeSpan(
  { deck }: RecordedCharge,
  { initial, next }: Extract<CallStep, { kind: "span" }>,
  row: RecordedDeckRow | undefined,
  currency: string,
): string {
  if (deck === null || row === undefined) return `${seconds(initial + next)}`;
  const unit = describeUnit(deck.body.per);
  const at = (rate: string | null, duration: number): string =>
    `${describeAmount(rate ?? "0", currency)} per ${unit} for ${seconds(duration)}`;
  const parts =
    row.rateNext === null || row.rateNext === row.rate
      ? [at(row.rate, initial + next)]
      : [
          ...(initial > 0 ? [at(row.rate, initial)] : []),
          ...(next > 0 ? [at(row.rateNext, next)] : []),
        ];
  const band = row.timeBand ?? null;
  return `${parts.join(" and ")}${band === null ? "" : ` (${band})`}`;
}

/** The rate of a row that has one for each jurisdiction, and which it was; null for any other row. */
export function rateByJurisdiction(
  charge: RecordedCharge,
): { readonly rate: string; readonly is: Jurisdiction } | null {
  const step = callStepsOf(charge).find(({ kind }) => kind === "jurisdiction");
  const row = charge.deck?.row;
  if (step?.kind !== "jurisdiction" || row === null || row === undefined) return null;
  const { intraRate, interRate } = row.call ?? {};
  const own = step.is === "intra" ? intraRate : step.is === "inter" ? interRate : row.rate;
  return { rate: own ?? row.rate ?? "0", is: step.is };
}

function seconds(milliseconds: number): string {
  return `${formatDecimal(BigInt(milliseconds), 3)} s`;
}
