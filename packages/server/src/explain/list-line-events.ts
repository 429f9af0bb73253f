/** The events behind a statement line. */

import { DAY_MS } from "@counterpart/domain/calendar.ts";
import type { Agreement } from "@counterpart/domain/catalogue/catalogue.ts";
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import { chargeRef } from "@counterpart/domain/explain/charge-ref.ts";
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import {
  checkZone,
  formatLocalDay,
  monthDays,
  monthPeriod,
  parseMonth,
} from "@counterpart/domain/period.ts";
import { chargesFromText } from "@counterpart/domain/rating/charge.ts";
import { COUNTED_WITHIN } from "@counterpart/domain/rating/divide-call.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Db } from "../platform/database.ts";
import { loadObjects } from "./explain.repo.ts";
import { loadLine, type StoredLine, unitOfLine } from "./explain-line.ts";
import {
  type LineEventRow,
  type LineEventsQuery,
  listGroupTuples,
  listLineAccounts,
  listLineEventRows,
  loadPreviousCut,
} from "./line-events.repo.ts";

export interface LineEventsPage {
  /** The `nextCursor` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** One charge that a line counts, or that a fact has taken back. */
export interface LineEvent {
  /** `<event key>#2`, or `<event key>.1#2` of a charge that fact 1 states; for `explainCharge`. */
  readonly charge: string;
  /** Number of the fact about the event that states or takes back the charge; null: it came so. */
  readonly fact: number | null;
  readonly event: string;
  readonly source: string;
  readonly id: string;
  readonly account: string;
  readonly time: string;
  /** Local day of the agreement. */
  readonly day: string;
  /** Smallest units, used and billed. All figures of a charge that is taken back are negative. */
  readonly quantity: string;
  readonly billed: string;
  /** What they count, such as `milliseconds`; empty for a share of an amount. */
  readonly unit: string;
  /** Exact, in the statement's currency; null when the term is priced at close. */
  readonly amount: string | null;
  /** What a share was taken of. */
  readonly base: string | null;
  /** Whether an earlier statement has stated it: of an adjustment, the others are what is new. */
  readonly statedBefore: boolean;
}

export interface LineEvents {
  readonly data: readonly LineEvent[];
  readonly nextCursor: string | null;
}

/**
 * The charges that a line's exact amount stands on, in order of account, time and key: everything
 * of its service period up to the statement's cut, on an adjustment line too; what was voided,
 * corrected or re-rated with what that took back. Of an event-priced term the amounts add up to the
 * line's, of one priced at close the quantities do. Refuses
 * `explain.not-found` and `request.cursor-malformed`.
 */
export async function listLineEvents(
  db: Db,
  ref: string,
  { after, limit }: LineEventsPage,
): Promise<LineEvents> {
  const cursor = after === undefined ? null : readCursor(after);
  const { statement, line } = await loadLine(db, ref);
  const unit = await unitOfLine(db, { statement, line });
  const objects = await loadObjects(db, statement.revision, [
    { kind: "agreements", id: statement.agreement },
  ]);
  const { timeZone, longCalls = "byEnd" } = objects.get(
    `agreements/${statement.agreement}`,
  ) as Agreement;
  const month = parseMonth(line.service_period);
  const { first, end } = monthDays(month);
  const counted = {
    // Versions priced at close and per event have lines of their own, with the same tuples.
    versions: line.derivation.flatMap((part) => {
      if (part.kind === "tiers") return part.counted;
      return part.kind === "events" || part.kind === "ratio" ? [part.termVersion] : [];
    }),
    firstDay: first,
    endDay: end,
    cut: statement.cut,
  };
  const agreement = statement.agreement_id;
  const tuples = await tuplesOf(db, line, { ...counted, agreement });
  const charges = { ...counted, tuples };
  const { start, end: monthEnd } = monthPeriod(checkZone(timeZone), month);
  // What is compared by the days of UTC is of the month of these: up to a day from the agreement's. A call
  // counts where it ends, and its parts in the months after it.
  const back = Math.max(DAY_MS, COUNTED_WITHIN[longCalls]);
  const span = { start: start - back, end: monthEnd + DAY_MS };
  const accounts = await listLineAccounts(db, {
    ...charges,
    agreement,
    from: cursor?.account ?? 0,
  });
  const rows: LineEventRow[] = [];
  for (const account of accounts) {
    // One more than is shown tells whether there is a next page.
    const left = limit + 1 - rows.length;
    if (left === 0) break;
    const from = cursor?.account === account ? cursor : null;
    const page = { ...charges, ...span, account, after: from, limit: left };
    rows.push(...(await listLineEventRows(db, page)));
  }
  const previousCut = await loadPreviousCut(db, statement, line.service_period);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.flatMap((row) => chargesOf(row, charges, previousCut, unit)),
    nextCursor: rows.length > limit && last !== undefined ? writeCursor(last) : null,
  };
}

type ChargeFilter = Pick<LineEventsQuery, "versions" | "firstDay" | "endDay" | "tuples">;

/** The tuples of a line's charges; null: all. */
async function tuplesOf(
  db: Db,
  { tuple, derivation }: StoredLine["line"],
  query: Parameters<typeof listGroupTuples>[1],
): Promise<readonly number[] | null> {
  if (tuple === 0) return null;
  const isMetered = derivation.some((part) => part.kind === "tiers" && part.meter !== undefined);
  return isMetered ? await listGroupTuples(db, query, tuple) : [tuple];
}

function chargesOf(
  row: LineEventRow,
  filter: ChargeFilter,
  previousCut: number,
  unit: string,
): LineEvent[] {
  const takesBack = row.entry % 2 === 1;
  const signed = (value: bigint): bigint => (takesBack ? -value : value);
  return chargesFromText(row.charges).flatMap((charge, at) => {
    const { day, tuple, termVersion, amount, base } = charge;
    if (!filter.versions.includes(termVersion)) return [];
    if (day < filter.firstDay || day >= filter.endDay) return [];
    if (filter.tuples !== null && !filter.tuples.includes(tuple)) return [];
    return {
      charge: chargeRef(row.key, row.stated_by, at + 1),
      fact: row.entry === 0 ? null : Math.ceil(row.entry / 2),
      event: row.key,
      source: row.source,
      id: row.id,
      account: row.account,
      time: formatInstant(Number(row.time) as Instant),
      day: formatLocalDay(day),
      quantity: `${signed(charge.raw)}`,
      billed: `${signed(charge.billed)}`,
      unit,
      amount: amount === null ? null : formatDecimal(signed(amount), 12),
      base: base === null ? null : formatDecimal(signed(base), 12),
      statedBefore: row.cut <= previousCut,
    };
  });
}

function writeCursor({ account_id, time, key, entry }: LineEventRow): string {
  return `${account_id}.${time}.${key}.${entry}`;
}

const CURSOR =
  /^([1-9]\d{0,8})\.(-?\d{1,13})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,6})$/;

interface Cursor {
  readonly account: number;
  readonly time: number;
  readonly key: string;
  readonly entry: number;
}

function readCursor(text: string): Cursor {
  const [, account, time, key, entry] = CURSOR.exec(text) ?? [];
  if (key === undefined) throw new Refusal("request.cursor-malformed");
  return { account: Number(account), time: Number(time), key, entry: Number(entry) };
}
