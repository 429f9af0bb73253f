/** What an agreement comes to so far in a period that is not closed. */
import { isMeteredTerm, measureOfMeter } from "@counterpart/domain/catalogue/metered-term.ts";
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { formatMoney } from "@counterpart/domain/money.ts";
import { localDayOf, type MonthText, monthOfDay } from "@counterpart/domain/period.ts";
import type { Book, BookAgreement, CompiledTerm } from "@counterpart/domain/rating/book.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { loadTuples } from "../explain/explain.repo.ts";
import { inSnapshot } from "../meters/meters.repo.ts";
import type { Database, Db } from "../platform/database.ts";
import { prepareStatements } from "./prepare-statements.ts";
import type { StatementHead, StatementLineView } from "./statement-views.repo.ts";
import { loadCut } from "./statements.repo.ts";

export interface RunningStatement
  extends Pick<StatementHead, "agreement" | "period" | "kind" | "currency" | "total"> {
  readonly firstDay: string;
  readonly endDay: string;
  readonly lines: readonly StatementLineView[];
}

/** Refuses `agreement.unknown`. */
export function agreementOf(book: Book, name: string): BookAgreement {
  for (const agreement of book.agreements.values()) if (agreement.name === name) return agreement;
  throw new Refusal("agreement.unknown", { agreement: name });
}

/** The month that it is now for the agreement. */
export function currentMonth({ zone }: BookAgreement, now: Instant): MonthText {
  return monthOfDay(localDayOf(zone, now));
}

/**
 * The statement that a close would make of what has been counted up to now. The same code as a close,
 * stopped before the store.
 */
export async function loadRunningStatement(
  database: Database,
  book: Book,
  agreement: BookAgreement,
  period: MonthText,
): Promise<RunningStatement> {
  const client = await database.pool("reader").connect();
  try {
    return await inSnapshot(client, () => prepareRunning(client, book, agreement, period));
  } finally {
    client.release();
  }
}

async function prepareRunning(
  db: Db,
  book: Book,
  agreement: BookAgreement,
  period: MonthText,
): Promise<RunningStatement> {
  const own = book.terms.filter((term) => term.agreement.handle === agreement.handle);
  const terms = new Map([[agreement.handle, own]]);
  const cut = await loadCut(db);
  const [statement] = await prepareStatements(db, {
    agreements: [agreement],
    terms,
    period,
    book,
    cut,
  });
  const { currency, kind, firstDay, endDay, total, lines, newTuples } = statement!;
  const stored = await loadTuples(
    db,
    lines.map(({ tuple }) => tuple),
  );
  const fresh = Array.from(newTuples, ([id, text]) => [id, JSON.parse(text)] as const);
  const tuples = new Map([...stored, ...fresh]);
  const units = new Map(own.map((one) => [one.term.id, unitOf(one)]));
  const titles = new Map(own.map(({ term }) => [term.id, term.title ?? term.id]));
  const money = (minor: bigint): string => formatMoney({ currency, minor });
  return {
    agreement: agreement.name,
    period,
    kind,
    currency,
    firstDay,
    endDay,
    total: money(total),
    lines: lines.map((line, at) => ({
      number: at + 1,
      servicePeriod: line.servicePeriod,
      term: line.term,
      title: titles.get(line.term) ?? line.term,
      dimensions: withoutChannel(tuples.get(line.tuple) ?? {}),
      events: `${line.count}`,
      quantity: `${line.quantity}`,
      unit: units.get(line.term) ?? "",
      amount: formatDecimal(line.amount, 12),
      statedBefore: money(line.stated),
      money: money(line.money),
      derivation: line.derivation,
    })),
  };
}

/** What a term's quantity counts; empty where it has none. */
function unitOf({ term, price }: CompiledTerm): string {
  if (isMeteredTerm(term)) return measureOfMeter(term);
  return price.kind === "share" ? "" : price.quantity;
}

function withoutChannel(tuple: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { channel: _, ...dimensions } = tuple;
  return dimensions;
}
