import type { Term } from "../catalogue/catalogue.ts";
import type { RatioPrice } from "../catalogue/ratio-price.ts";
import { formatDecimal } from "../decimal.ts";
import { formatLocalDay } from "../period.ts";
import type { CyclePiece } from "../pricing/prorate-cycles.ts";
import type { DueFee } from "../pricing/recurring-fee.ts";
import { amountOfLine } from "../voice/line-rest.ts";
import { isByDay, ratioSurcharge } from "../voice/ratio-surcharge.ts";
import type { Derivation, FeeCycle } from "./derivation.ts";

/** Totals of one term version and dimension tuple over the service period, up to a cut. */
export interface ServiceTotal {
  readonly termVersion: number;
  readonly tuple: number;
  readonly count: bigint;
  readonly quantity: bigint;
  readonly amount: bigint;
  readonly base: bigint;
}

/** One line of a statement before rounding. */
export interface LineGroup {
  readonly term: string;
  /** 0 when the term is not split by dimensions: of period terms only what is compared by day is. */
  readonly tuple: number;
  readonly count: bigint;
  readonly quantity: bigint;
  /** Pico-units of the agreement's currency, exact. */
  readonly amount: bigint;
  /** Its parts; their amounts add up to the group's. */
  readonly derivation: readonly Derivation[];
}

/** A version of a fee, with usage or without. */
export function feeGroup(term: string, due: DueFee): LineGroup {
  const { id, price } = due.version;
  const isPlain = due.pieces.length === 1 && price.every === undefined && price.prorate !== true;
  const derivation: Derivation = {
    kind: "fee",
    termVersion: id,
    amount: formatDecimal(due.total.pico, 12),
    ...(isPlain ? {} : { fee: price.amount, cycles: due.pieces.map(feeCycle) }),
  };
  return {
    term,
    tuple: 0,
    count: 1n,
    quantity: 1n,
    amount: due.total.pico,
    derivation: [derivation],
  };
}

function feeCycle({ first, end, cycleDays }: CyclePiece): FeeCycle {
  return {
    first: formatLocalDay(first),
    end: formatLocalDay(end),
    days: end - first,
    cycleDays,
  };
}

/** What events were charged one by one. */
export function eventGroup({ id, price }: Term, total: ServiceTotal): LineGroup {
  const { termVersion, tuple, count, quantity } = total;
  const amount = isPerLine(price) ? amountOfLine(total.amount, total.base) : total.amount;
  const isShare = price.model === "percentage" || price.model === "markup";
  const derivation: Derivation = {
    kind: "events",
    termVersion,
    count: count.toString(),
    quantity: quantity.toString(),
    amount: formatDecimal(amount, 12),
    base: isShare ? formatDecimal(total.base, 12) : null,
  };
  return { term: id, tuple, count, quantity, amount, derivation: [derivation] };
}

/**
 * A period's calls of some kind, as a part of all. Days that are compared by themselves have a line each,
 * those within the allowance none.
 */
export function ratioGroups(
  id: number,
  term: Term & { readonly price: RatioPrice },
  totals: readonly ServiceTotal[],
): LineGroup[] {
  if (totals.length === 0) return [];
  if (!isByDay(term.price)) return [ratioGroup(id, term, 0, totals)];
  return totals
    .map((total) => ratioGroup(id, term, total.tuple, [total]))
    .filter(({ quantity }) => quantity > 0n);
}

function ratioGroup(
  id: number,
  { id: term, price }: Term & { readonly price: RatioPrice },
  tuple: number,
  totals: readonly ServiceTotal[],
): LineGroup {
  const sum = (of: (total: ServiceTotal) => bigint): bigint =>
    totals.reduce((added, total) => added + of(total), 0n);
  const [matching, all] = [sum(({ quantity }) => quantity), sum(({ base }) => base)];
  const count = sum((total) => total.count);
  const { unit, allowed, charged, amount } = ratioSurcharge(price, {
    matching,
    all,
    events: count,
  });
  const derivation: Derivation = {
    kind: "ratio",
    termVersion: id,
    quantity: unit.quantity,
    matching: matching.toString(),
    all: all.toString(),
    allowed: allowed.toString(),
    charged: charged.toString(),
    amount: formatDecimal(amount, 12),
  };
  return { term, tuple, count, quantity: charged, amount, derivation: [derivation] };
}

/** Whether the amounts of its legs are exact only with what each leaves over. */
function isPerLine(price: Term["price"]): boolean {
  if (price.model === "surcharge") return price.roundingScope === "perInvoiceLine";
  return price.model === "deck" && price.call?.roundingScope === "perInvoiceLine";
}

/** Versions of one term share a line: their amounts add up. */
export function mergeGroup(groups: Map<string, LineGroup>, group: LineGroup): void {
  const key = `${group.term}/${group.tuple}`;
  const before = groups.get(key);
  if (before === undefined) {
    groups.set(key, group);
    return;
  }
  groups.set(key, {
    ...before,
    count: before.count + group.count,
    quantity: before.quantity + group.quantity,
    amount: before.amount + group.amount,
    derivation: [...before.derivation, ...group.derivation],
  });
}
