/** From the reference of a statement or of one of its lines to what was recorded of it. */
import type { Agreement, Deck, Term } from "@counterpart/domain/catalogue/catalogue.ts";
import { measureOf } from "@counterpart/domain/explain/describe-price.ts";
import {
  explainLine as explainRecordedLine,
  explainStatement as explainRecordedStatement,
} from "@counterpart/domain/explain/explain-line.ts";
import type { ExplainedLine, ExplainedStatement } from "@counterpart/domain/explain/explained.ts";
import type { RecordedLine, RecordedStatement } from "@counterpart/domain/explain/recorded.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { Db } from "../platform/database.ts";
import {
  type EarlierLineRow,
  findStatement,
  type LineRow,
  listEarlierLines,
  listLines,
  listVersionsOfTerm,
  loadObjects,
  loadTuples,
  type StatementRow,
} from "./explain.repo.ts";
import { notFound } from "./explain-event.ts";

/** What `statementId` makes; anything else is of no statement, and not sent to the database. */
export const STATEMENT_ID = /^stm_\d{4}-\d{2}_[a-z0-9][a-z0-9._-]{0,62}$/;

/** A line, `stm_2026-10_acme/3`. Refuses `explain.not-found`. */
export async function explainLine(db: Db, ref: string): Promise<ExplainedLine> {
  const { statement, line } = await loadLine(db, ref);
  const recorded = await recordStatement(db, statement, [line]);
  return explainRecordedLine(recorded, recorded.lines[0]!);
}

/** A statement with all its lines, `stm_2026-10_acme`. Refuses `explain.not-found`. */
export async function explainStatement(db: Db, id: string): Promise<ExplainedStatement> {
  const statement = STATEMENT_ID.test(id) ? await findStatement(db, id) : null;
  if (statement === null) throw notFound(id);
  const lines = await listLines(db, statement, null);
  return explainRecordedStatement(await recordStatement(db, statement, lines));
}

export interface StoredLine {
  readonly statement: StatementRow;
  readonly line: LineRow;
}

/** Refuses `explain.not-found`. */
export async function loadLine(db: Db, ref: string): Promise<StoredLine> {
  const [, id = "", number] = /^([^/]+)\/([1-9]\d{0,8})$/.exec(ref) ?? [];
  const statement = STATEMENT_ID.test(id) ? await findStatement(db, id) : null;
  if (statement === null) throw notFound(ref);
  const [line] = await listLines(db, statement, Number(number));
  if (line === undefined) throw notFound(ref);
  return { statement, line };
}

/** What a line's quantities count, such as `milliseconds`; empty where its term has none. */
export async function unitOfLine(db: Db, { statement, line }: StoredLine): Promise<string> {
  return (await recordStatement(db, statement, [line])).lines[0]!.measure;
}

async function recordStatement(
  db: Db,
  statement: StatementRow,
  lines: readonly LineRow[],
): Promise<RecordedStatement> {
  const terms = await loadTerms(db, statement, lines);
  const decks = [...terms.values()].flatMap((versions) =>
    [...versions.values()].flatMap(({ price }) =>
      price.model === "deck" || price.model === "network" ? [price.deck] : [],
    ),
  );
  const objects = await loadObjects(db, statement.revision, [
    { kind: "agreements", id: statement.agreement },
    ...[...new Set(decks)].map((id) => ({ kind: "decks", id })),
  ]);
  const tuples = await loadTuples(
    db,
    lines.map(({ tuple }) => tuple),
  );
  const periods = [...new Set(lines.map(({ service_period }) => service_period))];
  const earlier = new Map<string, EarlierLineRow[]>();
  for (const row of await listEarlierLines(db, statement, periods)) {
    earlier.set(groupKey(row), [...(earlier.get(groupKey(row)) ?? []), row]);
  }
  return {
    id: statement.id,
    agreement: {
      name: statement.agreement,
      body: objects.get(`agreements/${statement.agreement}`) as Agreement,
    },
    period: statement.period,
    firstDay: statement.first_day,
    endDay: statement.end_day,
    issuedAt: Number(statement.issued_at) as Instant,
    cut: statement.cut,
    currency: statement.currency,
    total: BigInt(statement.total_minor),
    lines: lines.map((line) => {
      return toRecorded(line, terms.get(line.term)!, {
        objects,
        dimensions: tuples.get(line.tuple) ?? {},
        earlier: earlier.get(groupKey(line)) ?? [],
      });
    }),
  };
}

function groupKey(line: Pick<LineRow, "service_period" | "term" | "tuple">): string {
  return `${line.service_period}/${line.term}/${line.tuple}`;
}

/** Versions of each term that has a line. */
async function loadTerms(
  db: Db,
  { agreement_id }: StatementRow,
  lines: readonly LineRow[],
): Promise<Map<string, Map<number, Term>>> {
  const terms = new Map<string, Map<number, Term>>();
  for (const { term } of lines) {
    if (terms.has(term)) continue;
    const versions = await listVersionsOfTerm(db, agreement_id, term);
    terms.set(term, new Map(versions.map(({ id, body }) => [id, body as Term])));
  }
  return terms;
}

interface LineFacts {
  readonly objects: ReadonlyMap<string, unknown>;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly earlier: readonly EarlierLineRow[];
}

function toRecorded(
  row: LineRow,
  versions: ReadonlyMap<number, Term>,
  { objects, dimensions, earlier }: LineFacts,
): RecordedLine {
  const { derivation } = row;
  const named = new Set(derivation.map(({ termVersion }) => termVersion));
  const terms = new Map([...versions].filter(([id]) => named.size === 0 || named.has(id)));
  const term = [...terms.values()].at(-1)!;
  const { price } = term;
  const body =
    price.model === "deck" || price.model === "network"
      ? (objects.get(`decks/${price.deck}`) as Deck)
      : null;
  return {
    number: row.number,
    servicePeriod: row.service_period,
    term: row.term,
    dimensions,
    count: BigInt(row.count),
    quantity: BigInt(row.quantity),
    amount: BigInt(row.amount_pico),
    stated: BigInt(row.stated_minor),
    money: BigInt(row.money_minor),
    derivation,
    earlier: earlier.map(({ ref, money_minor }) => ({ ref, money: BigInt(money_minor) })),
    terms,
    measure: measureOf(term, body === null ? null : { body }),
  };
}
