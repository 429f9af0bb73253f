/** Which events a re-rating looks at, and which of their changes it is about. */
import type { Instant } from "@counterpart/domain/instant.ts";
import type { Book, BookAgreement, Handle } from "@counterpart/domain/rating/book.ts";
import type { StoredCharge } from "@counterpart/domain/rating/charge.ts";
import type { ChargedTermOf } from "@counterpart/domain/rating/charge-changes.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Db } from "../platform/database.ts";
import { listPricedTypes, listTermNames } from "./reratings.repo.ts";

/** Names by which it is narrowed; none of a kind: any. */
export interface ReratingFilter {
  readonly from: Instant;
  /** Events before this. */
  readonly to: Instant;
  readonly accounts: readonly string[];
  readonly types: readonly string[];
  /** Events that such an agreement, or such a term, charges before or after. */
  readonly agreements: readonly string[];
  readonly terms: readonly string[];
}

export interface CompiledFilter {
  readonly from: Instant;
  readonly to: Instant;
  /** Accounts whose events are looked at, in order. */
  readonly accounts: readonly Handle[];
  /** Types of events that are looked at; null: all. */
  readonly types: ReadonlySet<Handle> | null;
  readonly agreements: ReadonlySet<Handle> | null;
  readonly terms: ReadonlySet<string> | null;
}

/** Refuses `rerating.range-empty` and `rerating.filter-unknown`. */
export async function compileFilter(
  db: Db,
  filter: ReratingFilter,
  book: Book,
): Promise<CompiledFilter> {
  const { from, to } = filter;
  if (from >= to) throw new Refusal("rerating.range-empty");
  const agreements = new Map([...book.agreements.values()].map((one) => [one.name, one]));
  refuseUnknown("account", filter.accounts, book.accounts);
  refuseUnknown("type", filter.types, book.types);
  refuseUnknown("agreement", filter.agreements, agreements);
  const known = filter.terms.length === 0 ? [] : await listTermNames(db, filter.terms);
  refuseUnknown("term", filter.terms, new Set(known));
  const chosen = filter.agreements.map((name) => agreements.get(name)!);
  const types = await typesOf(db, filter, chosen, book);
  return {
    from,
    to,
    accounts: accountsOf(filter, chosen, book),
    types,
    agreements: chosen.length === 0 ? null : new Set(chosen.map(({ handle }) => handle)),
    terms: filter.terms.length === 0 ? null : new Set(filter.terms),
  };
}

/**
 * Those that are named, of them only those that the agreements and terms have priced at any time or price
 * now: they charge no others, before or after.
 */
async function typesOf(
  db: Db,
  { types: named, terms }: ReratingFilter,
  agreements: readonly BookAgreement[],
  { types }: Book,
): Promise<Set<Handle> | null> {
  const wanted = named.length === 0 ? null : new Set(named.map((name) => types.get(name)!.handle));
  if (agreements.length === 0 && terms.length === 0) return wanted;
  const priced = await listPricedTypes(db, {
    agreements: agreements.map(({ handle }) => handle),
    terms,
  });
  return new Set(priced.filter((type) => wanted?.has(type) ?? true));
}

function refuseUnknown(
  kind: string,
  names: readonly string[],
  known: { has(name: string): boolean },
): void {
  for (const name of names) {
    if (!known.has(name)) {
      throw new Refusal("rerating.filter-unknown", { [kind]: name.slice(0, 120) });
    }
  }
}

/** An agreement reaches the accounts that it lists and those below them. */
function accountsOf(
  { accounts: named }: ReratingFilter,
  agreements: readonly BookAgreement[],
  { accounts }: Book,
): Handle[] {
  const isReached = (names: readonly string[]): boolean =>
    agreements.length === 0 ||
    agreements.some(({ accounts }) => accounts === null || names.some((one) => accounts.has(one)));
  return [...accounts.values()]
    .filter(({ name }) => named.length === 0 || named.includes(name))
    .filter(({ name, above }) => isReached([name, ...above.map((account) => account.name)]))
    .map(({ handle }) => handle)
    .sort((a, b) => a - b);
}

/** Whether a change from one set of charges to another, for all parties, is what is asked for. */
export function isAbout(
  { agreements, terms }: Pick<CompiledFilter, "agreements" | "terms">,
  charges: readonly StoredCharge[],
  termOf: ChargedTermOf,
): boolean {
  if (agreements === null && terms === null) return true;
  return charges.some(({ termVersion }) => {
    const { agreement, term } = termOf(termVersion);
    return (agreements?.has(agreement) ?? true) && (terms?.has(term) ?? true);
  });
}
