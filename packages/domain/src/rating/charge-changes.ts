/** What another set of charges for the same event changes, for every party. */
import type { Handle } from "./book.ts";
import type { StoredCharge } from "./charge.ts";

/** What a term version is, for those who compare the charges of two. */
export interface ChargedTerm {
  readonly agreement: Handle;
  readonly term: string;
  /** Its price as canonical JSON: what makes two charges differ that are both priced at close. */
  readonly price: string;
}

export type ChargedTermOf = (termVersion: Handle) => ChargedTerm;

/**
 * Whether charges come to the same for every party, whatever their order: term, day, dimensions,
 * quantities and amounts are equal. Another version of a term, or another row of a deck, that gives
 * the same amount is no difference; another price of a term that is priced at close is one.
 */
export function areSameCharges(
  before: readonly StoredCharge[],
  after: readonly StoredCharge[],
  termOf: ChargedTermOf,
): boolean {
  if (before.length !== after.length) return false;
  const meanings = (charges: readonly StoredCharge[]): string[] =>
    charges.map((charge) => meaningOf(charge, termOf(charge.termVersion))).sort();
  const afterwards = meanings(after);
  return meanings(before).every((meaning, at) => meaning === afterwards[at]);
}

function meaningOf(charge: StoredCharge, { agreement, term, price }: ChargedTerm): string {
  const { day, tuple, raw, billed, amount, base, count } = charge;
  return [agreement, term, day, tuple, count, raw, billed, base ?? "", amount ?? price].join(",");
}

export interface AgreementChange {
  readonly agreement: Handle;
  /** Pico-units of the agreement's currency: per-event charges that are taken back and stated. */
  readonly before: bigint;
  readonly after: bigint;
  /** Charges among them that have no amount yet, since their term is priced at close. */
  readonly atClose: number;
}

/**
 * What each agreement's charges come to before and after, in order of agreements. Those of which
 * nothing changes are left out. `isRead`: whether what the event says now is read by a term at close, so that
 * the same charge may come to something else.
 */
export function changesByAgreement(
  before: readonly StoredCharge[],
  after: readonly StoredCharge[],
  termOf: ChargedTermOf,
  isRead: (termVersion: Handle) => boolean = () => false,
): AgreementChange[] {
  const agreements = new Map<Handle, { before: StoredCharge[]; after: StoredCharge[] }>();
  const note = (charge: StoredCharge, when: "before" | "after"): void => {
    const { agreement } = termOf(charge.termVersion);
    const sides = agreements.get(agreement) ?? { before: [], after: [] };
    sides[when].push(charge);
    agreements.set(agreement, sides);
  };
  for (const charge of before) note(charge, "before");
  for (const charge of after) note(charge, "after");
  return [...agreements]
    .filter(
      ([, sides]) =>
        !areSameCharges(sides.before, sides.after, termOf) ||
        sides.after.some(({ termVersion }) => isRead(termVersion)),
    )
    .map(([agreement, sides]) => ({
      agreement,
      before: amountOf(sides.before),
      after: amountOf(sides.after),
      atClose: [...sides.before, ...sides.after].filter(({ amount }) => amount === null).length,
    }))
    .sort((a, b) => a.agreement - b.agreement);
}

function amountOf(charges: readonly StoredCharge[]): bigint {
  return charges.reduce((sum, { amount }) => sum + (amount ?? 0n), 0n);
}
