/** What the tariffs of a deck charge calls, over one divisor, so that no rate is a fraction. */
import { assert } from "../assert.ts";
import type { CallRules } from "../catalogue/call-rules.ts";
import { parseDecimal } from "../decimal.ts";
import type { Tariff } from "../rating/tariff.ts";
import { multiplyWhole, reduce, type Whole } from "../rating/whole.ts";
import type { CallRate } from "./call-rate.ts";
import { type CompiledCallRules, compileCallRules } from "./call-rules.ts";
import type { Jurisdiction } from "./jurisdiction.ts";

export interface CallTariff {
  readonly rules: CompiledCallRules;
  readonly rate: CallRate;
  /** null: it does not depend on it. */
  readonly byJurisdiction: Readonly<Record<Jurisdiction, CallRate>> | null;
}

/** What a tariff costs, as fractions in lowest terms: pico-units per millisecond. */
interface Fractions {
  readonly rate: Fraction;
  readonly rateNext: Fraction;
  /** Between states and within one; null: no other than `rate`. */
  readonly inter: Fraction | null;
  readonly intra: Fraction | null;
}

interface Fraction {
  readonly numerator: Whole;
  readonly by: number;
}

/**
 * The tariffs of a deck that is priced per `deckSize` milliseconds, and for how many milliseconds their rates
 * are: as few as leave them all whole, so that the amount of a call is made of small numbers. A minute at
 * 0.0100 is 3 ms at 500,000 pico-units.
 */
export function compileCallTariffs(
  tariffs: readonly Tariff[],
  deckSize: number,
  term: CallRules,
  mode: CompiledCallRules["incrementMode"],
): { readonly size: number; readonly tariffs: readonly CallTariff[] } {
  const fractions = tariffs.map((tariff) => fractionsOf(tariff, deckSize));
  const size = fractions
    .flatMap(({ rate, rateNext, inter, intra }) => [rate, rateNext, inter ?? rate, intra ?? rate])
    .reduce((multiple, { by }) => leastCommonMultiple(multiple, by), 1);
  assert(deckSize % size === 0, "what each rate is a fraction of divides the unit of the deck");
  const rulesOfMost = compileCallRules(term, {}, mode);
  return {
    size,
    tariffs: tariffs.map((tariff, at) => ({
      rules: tariff.call === null ? rulesOfMost : compileCallRules(term, tariff.call, mode),
      ...ratesOf(tariff, fractions[at]!, size),
    })),
  };
}

function fractionsOf(
  { rate, rateBy, rateNext, rateNextBy, call }: Tariff,
  size: number,
): Fractions {
  const of = (price: string | undefined): Fraction | null =>
    price === undefined ? null : reduce(parseDecimal(price, 12), size);
  return {
    rate: { numerator: rate, by: rateBy },
    rateNext: { numerator: rateNext, by: rateNextBy },
    inter: of(call?.interRate),
    intra: of(call?.intraRate),
  };
}

function ratesOf(
  { connectFee, initial, subsequent }: Tariff,
  { rate, rateNext, inter, intra }: Fractions,
  size: number,
): Pick<CallTariff, "rate" | "byJurisdiction"> {
  const of = (first: Fraction, next = first): CallRate => ({
    rate: multiplyWhole(first.numerator, size / first.by),
    rateNext: multiplyWhole(next.numerator, size / next.by),
    // One that a double holds beyond 2^53 becomes a bigint.
    connectFee: multiplyWhole(connectFee, 1),
    initial,
    subsequent,
  });
  const plain = of(rate, rateNext);
  if (inter === null && intra === null) return { rate: plain, byJurisdiction: null };
  const byJurisdiction = {
    inter: inter === null ? plain : of(inter),
    intra: intra === null ? plain : of(intra),
    indeterminate: plain,
  };
  return { rate: plain, byJurisdiction };
}

function leastCommonMultiple(a: number, b: number): number {
  let divisor = a;
  for (let rest = b; rest > 0; ) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}
