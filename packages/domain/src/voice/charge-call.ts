/** One call by one term: its row looked up, its rates followed through time, and rated. */
import { type Instant, instantOfEpochMs } from "../instant.ts";
import { type DeckIndex, isBlocked, NO_RATE, rowId, tariffAt } from "../rating/deck-index.ts";
import { type Priced, priced } from "../rating/priced.ts";
import type { Whole } from "../rating/whole.ts";
import type { RateAt } from "./call-rate.ts";
import type { CompiledCallRules } from "./call-rules.ts";
import { writeCallSteps } from "./call-steps.ts";
import type { CallTariff } from "./call-tariff.ts";
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
import type { StateOf } from "./state-of-exchange.ts";
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
  /** Whether some rate depends on the states of the two ends. */
  readonly byJurisdiction: boolean;
  readonly stateOf: StateOf;
  /** Milliseconds that rates are for. */
  readonly size: number;
  /** By place among the tariffs of the deck. */
  readonly tariffs: readonly CallTariff[];
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

/** Why there is no charge. */
export type CallProblem =
  | { readonly missing: "number" }
  | { readonly missing: "rate" | "permission"; readonly digits: string }
  | { readonly missing: "end" };

/** What was not used needs no rate. */
const FREE = priced(0, 0);

/** Beyond this a call that follows bands or changes of rates is a mistake, and would cost much to rate. */
const FOLLOWED_MAX = 100 * 86_400_000;

/**
 * The charge of a leg, or what is missing. What was not used needs no rate: an unanswered call to a
 * destination that the deck does not have, or blocks, costs nothing.
 */
export function chargeCall(price: CallPrice, leg: CallLeg): Priced | CallProblem {
  const { deck, calendar } = price;
  const answered = leg.milliseconds > 0 || leg.status === "answered";
  const mayCost = answered ? leg.milliseconds > 0 || price.chargesZero : price.chargesUnanswered;
  if (!mayCost) return FREE;
  const lookup = lookupOf(price, leg.numbers);
  if (lookup === null) return answered ? { missing: "number" } : FREE;
  const { digits, caller } = lookup;
  const rows = findCallRows(lookup, leg.time);
  const row = rowAt(rows, calendar, leg.time);
  if (row === NO_RATE) return answered ? { missing: "rate", digits } : FREE;
  if (isBlocked(deck, row)) return answered ? { missing: "permission", digits } : FREE;
  const tariff = price.tariffs[tariffAt(deck, row)]!;
  const { rules } = tariff;
  if (leg.milliseconds > FOLLOWED_MAX && isFollowed(rows, rules)) return { missing: "end" };
  const jurisdiction = price.byJurisdiction
    ? jurisdictionOf(caller, otherEnd(price, leg, digits), price.stateOf)
    : null;
  const is = jurisdiction === null ? null : jurisdiction.is;
  const rateAt = rateAtOf(price, lookup, leg.time, rows, rules, is);
  const rated = rateCall({ answered, milliseconds: leg.milliseconds }, rules, rateAt, price.size);
  if (rated === null) return { missing: "rate", digits };
  const { billed, amount, rest, steps } = rated;
  if (tariff.byJurisdiction !== null && jurisdiction !== null && billed > 0)
    steps.unshift({ kind: "jurisdiction", ...jurisdiction });
  const raw = leg.milliseconds;
  const text = steps.length === 0 ? "" : writeCallSteps(steps);
  const deckRow = rowId(deck, row);
  return { deckRow, raw, billed, amount, base: rest, count: 1, steps: text };
}

/** A toll-free call is looked up by its caller: then it is the number called that is at the other end. */
function otherEnd({ number, origin }: CallPrice, { numbers }: CallLeg, digits: string) {
  return number === origin ? numbers.to : digits;
}

/** The charge at which the switch is to end a call that is rated by this price; null: none. */
export function disconnectLimit(
  price: CallPrice,
  { time, numbers }: Pick<CallLeg, "time" | "numbers">,
): Whole | null {
  const lookup = lookupOf(price, numbers);
  const row = lookup === null ? NO_RATE : rowAt(findCallRows(lookup, time), price.calendar, time);
  if (row === NO_RATE || isBlocked(price.deck, row)) return null;
  return price.tariffs[tariffAt(price.deck, row)]!.rules.disconnectAt;
}

function lookupOf(
  { deck, groups, calendar, number, origin, byLrn }: CallPrice,
  numbers: CallLeg["numbers"],
): CallLookup | null {
  const dialled = numbers[number];
  const digits = byLrn ? (numbers.lrn ?? dialled) : dialled;
  if (digits === undefined) return null;
  return { deck, groups, calendar, digits, caller: numbers[origin] };
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
  { tariffs }: CallPrice,
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
    const { rate, byJurisdiction } = tariffs[tariffAt(deck, row)]!;
    return {
      row: rowId(deck, row),
      rate: jurisdiction === null || byJurisdiction === null ? rate : byJurisdiction[jurisdiction],
      until: Math.min(edge, changesAt) - answer,
    };
  };
}
