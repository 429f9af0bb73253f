/**
 * What statements would change by if totals and events were others: the totals are added in a transaction
 * that is taken back, and statements prepared before and after by the code that closes. So tiers, limits,
 * pools, commitments, meters and rounding are in it.
 */
import type { MonthText } from "@counterpart/domain/period.ts";
import type { Book, CompiledTerm, Handle } from "@counterpart/domain/rating/book.ts";
import type { Writer } from "../events/commit-group.ts";
import { addTotals } from "../events/events.repo.ts";
import type { Columns } from "../events/sum-deltas.ts";
import type { Db } from "../platform/database.ts";
import { groupBy } from "../platform/group-by.ts";
import { prepareStatements } from "./prepare-statements.ts";
import { beginPreview, findNewestPeriod, loadCut } from "./statements.repo.ts";

export interface TotalsChange {
  /** Agreements whose totals change. */
  readonly agreements: readonly Handle[];
  /** The last month in which they do. */
  readonly newest: MonthText;
  readonly totals: Columns;
  /** Whether the connection has a preview of events that meters read. */
  readonly previewed: boolean;
}

const AGREEMENTS_PER_STEP = 500;

/** Minor units by agreement. `writer`: its slot's totals are changed and put back. */
export async function statementChanges(
  { client, slot }: Pick<Writer, "client" | "slot">,
  book: Book,
  { agreements, newest, totals, previewed }: TotalsChange,
): Promise<ReadonlyMap<Handle, bigint>> {
  await beginPreview(client);
  try {
    const cut = await loadCut(client);
    // What an earlier month leaves may go on to months that were stated after it.
    const stated = (await findNewestPeriod(client)) ?? newest;
    const wanted = { agreements, period: stated > newest ? stated : newest, cut };
    const before = await totalsOf(client, book, wanted);
    await addTotals(client, cut, slot, totals);
    const after = await totalsOf(client, book, { ...wanted, previewed });
    return new Map(agreements.map((one) => [one, after.get(one)! - before.get(one)!]));
  } finally {
    await client.query("rollback");
  }
}

interface Wanted extends Pick<TotalsChange, "agreements"> {
  readonly period: MonthText;
  readonly cut: number;
  readonly previewed?: boolean | undefined;
}

/** What the next statement of each agreement comes to, adjustments of earlier months included. */
async function totalsOf(
  db: Db,
  book: Book,
  { agreements, period, cut, previewed }: Wanted,
): Promise<Map<Handle, bigint>> {
  const terms = groupBy(book.terms, ({ agreement }: CompiledTerm) => agreement.handle);
  const totals = new Map<Handle, bigint>();
  for (let at = 0; at < agreements.length; at += AGREEMENTS_PER_STEP) {
    const step = agreements.slice(at, at + AGREEMENTS_PER_STEP);
    const prepared = await prepareStatements(db, {
      agreements: step.map((one) => book.agreements.get(one)!),
      terms,
      period,
      book,
      cut,
      previewed,
    });
    for (const { agreement, total } of prepared) totals.set(agreement, total);
  }
  return totals;
}
