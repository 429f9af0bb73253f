import { type Amount, parseAmount } from "../amount.ts";
import { dateOfDay } from "../calendar.ts";
import type { FixedFeePrice } from "../catalogue/catalogue.ts";
import type { LocalDay } from "../period.ts";
import { divideRounded } from "../rounding.ts";
import { addFractions, type Fraction, NOTHING } from "./fraction.ts";
import { type CyclePiece, type CycleRule, cyclePieces, partOfCycle } from "./prorate-cycles.ts";

/** A version of a fee and the days on which it is in force. */
export interface FeeVersion {
  readonly id: number;
  readonly price: FixedFeePrice;
  readonly start: LocalDay;
  /** The day after its last; null: it goes on. */
  readonly end: LocalDay | null;
}

/** What is due of one version of a fee in a month. */
export interface DueFee {
  readonly version: FeeVersion;
  readonly total: Amount;
  /** Cycles and parts of cycles that it is for. A fee that is not prorated is due whole for each. */
  readonly pieces: readonly CyclePiece[];
}

const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

/**
 * The fees of a month. A cycle belongs to the month in which it begins if it is paid in advance, else to
 * the one in which it ends. Without proration a cycle that is started costs its whole fee, at the version
 * in force on its first day; with it, each version costs its own days: 31.00 a month from 15 October is
 * 17 of 31 days, 17.00, and a fee of 62.00 from 25 October on costs 10 days of 31.00 and 7 of 62.00.
 *
 * `versions` are those of one term, in order. Each version's amount is rounded once, at the 12th place.
 */
export function feesOfMonth(
  currency: string,
  versions: readonly FeeVersion[],
  month: { readonly first: LocalDay; readonly end: LocalDay },
): DueFee[] {
  const [earliest] = versions;
  if (earliest === undefined) return [];
  const isOf = ({ first, end }: CyclePiece, { due }: FixedFeePrice): boolean => {
    const day = due === "inAdvance" ? first : end - 1;
    return day >= month.first && day < month.end;
  };
  const pieces = new Map<FeeVersion, CyclePiece[]>();
  for (const { version, piece } of piecesOf(versions, earliest.start, month.end)) {
    if (!isOf(piece, version.price)) continue;
    pieces.set(version, [...(pieces.get(version) ?? []), piece]);
  }
  return [...pieces].map(([version, due]) => {
    const { price } = version;
    const total = timesFraction(parseAmount(currency, price.amount), cyclesOf(price, due));
    return { version, total, pieces: due };
  });
}

function cyclesOf({ prorate }: FixedFeePrice, pieces: readonly CyclePiece[]): Fraction {
  if (prorate !== true) return { numerator: BigInt(pieces.length), denominator: 1n };
  return pieces.map(partOfCycle).reduce(addFractions, NOTHING);
}

function timesFraction({ currency, pico }: Amount, part: Fraction): Amount {
  return { currency, pico: divideRounded(pico * part.numerator, part.denominator) };
}

interface VersionPiece {
  readonly version: FeeVersion;
  readonly piece: CyclePiece;
}

/** The pieces that begin before a day: of each version, or of the fee as long as it goes on unprorated. */
function* piecesOf(
  versions: readonly FeeVersion[],
  start: LocalDay,
  before: LocalDay,
): Generator<VersionPiece> {
  for (const [at, version] of versions.entries()) {
    const rule = cycleRule(version.price, start);
    // A cycle that was started under the version before is that one's, whole.
    const takesOver = isOneFee(versions[at - 1], version);
    const end = isOneFee(version, versions[at + 1]) ? null : version.end;
    for (const piece of cyclePieces(rule, { start: version.start, end })) {
      if (piece.first >= before || (version.end !== null && piece.first >= version.end)) break;
      const isStarted = piece.first === version.start && piece.end - piece.first < piece.cycleDays;
      if (!(takesOver && isStarted)) yield { version, piece };
    }
  }
}

/** Whether one version follows the other without a gap, and neither is prorated. */
function isOneFee(earlier: FeeVersion | undefined, later: FeeVersion | undefined): boolean {
  if (earlier === undefined || later === undefined) return false;
  const isProrated = earlier.price.prorate === true || later.price.prorate === true;
  return earlier.end === later.start && !isProrated;
}

/** All versions of a fee share the grid of its own start or of the calendar. */
function cycleRule({ every = "month", begins }: FixedFeePrice, start: LocalDay): CycleRule {
  const months = MONTHS[every];
  if (begins !== "anniversary") return { months, day: 1, month: 0 };
  const { month, day } = dateOfDay(start);
  return { months, day, month: month - 1 };
}
