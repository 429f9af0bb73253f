/** One call by one term: its row looked up, its rates followed through time, and rated. */
import { assert } from "../assert.ts";
import { type Instant, instantOfEpochMs } from "../instant.ts";
import { type DeckIndex, isBlocked, NO_RATE } from "../rating/deck-index.ts";
import type { CallRate, RateAt } from "./call-rate.ts";
import { type CompiledCallRules, picoOf } from "./call-rules.ts";
import { type CallStep, writeCallSteps } from "./call-steps.ts";
import {
  type CallLookup,
  type CallRows,
  findCallRows,
  nextRateChange,
  rowAt,
} from "./find-call-rows.ts";
import { type Jurisdiction, jurisdictionOf } from "./jurisdiction.ts";
import type { OriginGroups } from "./origin-groups.ts";
import { rateCall } from "./rate-call.ts";
import { type BandCalendar, nextEdge } from "./time-bands.ts";

/** The price of calls by a deck, compiled. */
export interface CallPrice {
  readonly deck: DeckIndex;
  readonly groups: OriginGroups;
  readonly calendar: BandCalendar;
  /** Names of the number fields: of the destination, and of the caller. */
  readonly number: string;
  readonly origin: string;
  /** Whether a ported number is looked up by its LRN. */
  readonly byLrn: boolean;
  /** By place in the deck's list of rules. */
  readonly rules: readonly CompiledCallRules[];
  /** Whether an unanswered call, or one without duration, may cost something. */
  readonly chargesUnanswered: boolean;
  readonly chargesZero: boolean;
}

export interface CallLeg {
  /** Of the answer, else of the attempt. */
  readonly time: Instant;
  readonly milliseconds: number;
  /** `answered` makes a difference to a call without duration; what has one was answered. */
  readonly status: string | undefined;
  /** E.164 digits by field. */
  readonly numbers: Readonly<Record<string, string | undefined>>;
}

export interface CallCharge {
  /** 0: none was needed. */
  readonly deckRow: number;
  readonly billed: number;
  readonly amount: bigint;
  /** See RatedCall. */
  readonly rest: bigint | null;
  /** What was done beyond the row's own increments, as `readCallSteps` reads it. */
  readonly steps: string;
}

/** Why there is no charge. */
export type CallProblem =
  | { readonly missing: "number" }
  | { readonly missing: "rate" | "permission"; readonly digits: string }
  | { readonly missing: "end" };

const FREE: CallCharge = { deckRow: 0, billed: 0, amount: 0n, rest: null, steps: "" };

/** Beyond this a call that follows bands or changes of rates is a mistake, and would cost much to rate. */
const FOLLOWED_MAX = 100 * 86_400_000;

/**
 * The charge of a leg, or what is missing. What was not used needs no rate: an unanswered call to a
 * destination that the deck does not have, or blocks, costs nothing.
 */
export function chargeCall(price: CallPrice, leg: CallLeg): CallCharge | CallProblem {
  const { deck, calendar } = price;
  const answered = leg.milliseconds > 0 || leg.status === "answered";
  const mayCost = answered ? leg.milliseconds > 0 || price.chargesZero : price.chargesUnanswered;
  if (!mayCost) return FREE;
  const dialled = leg.numbers[price.number];
  const digits = price.byLrn ? (leg.numbers.lrn ?? dialled) : dialled;
  if (digits === undefined) return answered ? { missing: "number" } : FREE;
  const caller = leg.numbers[price.origin];
  const lookup: CallLookup = { deck, groups: price.groups, calendar, digits, caller };
  const rows = findCallRows(lookup, leg.time);
  const row = rowAt(rows, calendar, leg.time);
  if (row === NO_RATE) return answered ? { missing: "rate", digits } : FREE;
  if (isBlocked(deck, row)) return answered ? { missing: "permission", digits } : FREE;
  const rules = price.rules[deck.rows.call[row]!]!;
  if (leg.milliseconds > FOLLOWED_MAX && isFollowed(rows, rules)) return { missing: "end" };
  const jurisdiction = jurisdictionOfRow(deck, row, caller, digits);
  const rateAt = rateAtOf(lookup, leg.time, rows, rules, jurisdiction);
  const rated = rateCall({ answered, milliseconds: leg.milliseconds }, rules, rateAt, deck.size);
  if (rated === null) return { missing: "rate", digits };
  const { billed, amount, rest, steps } = rated;
  const where: CallStep[] = [];
  if (jurisdiction !== null && billed > 0) where.push({ kind: "jurisdiction", is: jurisdiction });
  return {
    deckRow: deck.rows.id[row]!,
    billed,
    amount,
    rest,
    steps: writeCallSteps([...where, ...steps]),
  };
}

/** Whether more than the rate at answer may apply. */
function isFollowed(rows: CallRows, rules: CompiledCallRules): boolean {
  return hasBands(rows, rules) || rules.rateChange === "splitAtEffective";
}

function hasBands(rows: CallRows, { timeBandPolicy }: CompiledCallRules): boolean {
  return timeBandPolicy !== "callStart" && rows[0] !== undefined && rows[0].band !== null;
}

/** The rate at each offset into a call, found as it is asked for: forwards, as a call goes. */
function rateAtOf(
  lookup: CallLookup,
  answer: Instant,
  atAnswer: CallRows,
  rules: CompiledCallRules,
  jurisdiction: Jurisdiction | null,
): RateAt {
  const { deck, calendar } = lookup;
  const follows = rules.rateChange === "splitAtEffective";
  let rows = atAnswer;
  let changesAt = follows ? nextRateChange(lookup, answer) : Number.POSITIVE_INFINITY;
  return (offset) => {
    const at = instantOfEpochMs(answer + offset);
    if (at >= changesAt) {
      rows = findCallRows(lookup, at);
      changesAt = nextRateChange(lookup, at);
    }
    const row = rowAt(rows, calendar, rules.timeBandPolicy === "callStart" ? answer : at);
    if (row === NO_RATE || isBlocked(deck, row)) return null;
    const edge = hasBands(rows, rules) ? nextEdge(calendar, at) : Number.POSITIVE_INFINITY;
    const until = Math.min(edge, changesAt) - answer;
    return { rate: callRateOf(deck, row, jurisdiction), until };
  };
}

/** What a row charges: by jurisdiction where it has such rates, and then at one rate throughout. */
function callRateOf(deck: DeckIndex, row: number, jurisdiction: Jurisdiction | null): CallRate {
  const { rows, calls, size } = deck;
  const { intraRate, interRate } = calls[rows.call[row]!]!;
  const other =
    jurisdiction === "intra" ? intraRate : jurisdiction === "inter" ? interRate : undefined;
  const rate =
    other === undefined ? perUnit(rows.rate[row]!, rows.rateBy[row]!, size) : picoOf(other);
  const initial = rows.initial[row]!;
  return {
    row: rows.id[row]!,
    rate,
    rateNext:
      other === undefined ? perUnit(rows.rateNext[row]!, rows.rateNextBy[row]!, size) : rate,
    connectFee: BigInt(rows.connectFee[row]!),
    initial,
    subsequent: initial === 0 ? 0 : rows.subsequent[row]!,
  };
}

/** A fraction in lowest terms back as pico-units per unit: it was made from a whole number of them. */
function perUnit(numerator: number, by: number, size: number): bigint {
  assert(size % by === 0, "a rate is a whole number of pico-units per unit");
  return BigInt(numerator) * BigInt(size / by);
}

function jurisdictionOfRow(
  { rows, calls }: DeckIndex,
  row: number,
  caller: string | undefined,
  digits: string,
): Jurisdiction | null {
  const { intraRate, interRate } = calls[rows.call[row]!]!;
  if (intraRate === undefined && interRate === undefined) return null;
  return jurisdictionOf(caller, digits);
}
