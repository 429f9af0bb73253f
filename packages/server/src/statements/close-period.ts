/**
 * Closes a period: every agreement's own month, in its zone. Idempotent, and resumable after a kill at any
 * step: a statement is stored whole or not at all, and what is stated already is left alone.
 */
import type { Instant } from "@counterpart/domain/instant.ts";
import {
  formatLocalDay,
  type MonthText,
  monthDays,
  monthPeriod,
  type Period,
} from "@counterpart/domain/period.ts";
import type { Book, BookAgreement, CompiledTerm } from "@counterpart/domain/rating/book.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { findImbalances, type Imbalance } from "@counterpart/domain/statements/completeness.ts";
import { type CloseDoubt, doubtClose } from "@counterpart/domain/statements/doubt-close.ts";
import { listUnfinished } from "../backfills/backfills.repo.ts";
import type { Database, Db } from "../platform/database.ts";
import { lockForConnection } from "../platform/locks.ts";
import { countQuarantined, type ReasonCount } from "../quarantine/quarantine.repo.ts";

import { filterOf } from "../reratings/rerate.ts";
import { listRunning } from "../reratings/reratings.repo.ts";
import { hasUsageIn } from "../usage/usage.repo.ts";

import { listAccounts } from "./completeness.repo.ts";
import { prepareStatements } from "./prepare-statements.ts";
import { listUnsettled } from "./statement-facts.ts";
import {
  type CloseRun,
  finishCloseRun,
  insertStatements,
  listStated,
  listStatedAhead,
  listUnstatedMonths,
  loadCut,
  type NewStatement,
  raiseCut,
} from "./statements.repo.ts";

export interface CloseRequest {
  readonly period: MonthText;
  readonly now: Instant;
  /** Work out and show, store nothing. */
  readonly dryRun: boolean;
  /** Close although events of the period wait in quarantine. */
  readonly despiteQuarantine: boolean;
  /** Refuse a month that looks like a slip; jobs that choose the month themselves do not ask. */
  readonly refuseDoubtful?: boolean | undefined;
  /** Told how many of how many agreements are done. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
  /** Whether to leave the agreements that are not done for another time. */
  readonly isStopping?: (() => boolean) | undefined;
}

export interface CloseResult {
  readonly period: MonthText;
  readonly cut: number;
  readonly statements: readonly StatementSummary[];
  /** Agreements whose month is not over, or inside its grace time. */
  readonly left: readonly { readonly agreement: string; readonly until: Instant }[];
  /** Agreements that had their statement already. */
  readonly already: number;
  /** Agreements that have none because the close was stopped: the next one issues theirs. */
  readonly unissued: number;
  readonly quarantined: readonly ReasonCount[];
  /** Of a month with statements to issue. */
  readonly doubts: readonly CloseDoubt[];
}

export interface StatementSummary {
  readonly id: string;
  readonly agreement: string;
  readonly party: string;
  readonly role: string;
  readonly currency: string;
  /** Minor units. */
  readonly total: bigint;
  readonly lines: number;
  /** Lines that adjust an earlier period. */
  readonly adjustments: number;
}

const AGREEMENTS_PER_STEP = 500;
const HOUR = 3_600_000;

/**
 * Refuses a doubtful month if told to, while events of the period are quarantined, while a backfill, or a
 * re-rating that touches it or a month before, is unfinished, whenever an event is unaccounted for, and
 * when the book is not the catalogue in force.
 */
export async function closePeriod(
  database: Database,
  book: Book,
  request: CloseRequest,
): Promise<CloseResult> {
  const client = await database.client("writer");
  try {
    // A second close waits here, and then finds everything stated.
    await lockForConnection(client, "close");
    return await close(client, book, request);
  } finally {
    // The lock goes with the connection.
    await client.end();
  }
}

async function close(db: Db, book: Book, request: CloseRequest): Promise<CloseResult> {
  const { period, dryRun } = request;
  const begins = [...book.agreements.values()].map(({ zone }) => monthPeriod(zone, period).start);
  if (begins.length > 0 && Math.min(...begins) > request.now) {
    throw new Refusal("close.not-begun", { period });
  }
  const { due, left, already } = await whatIsDue(db, book, request);
  const span = spanOf(due, period);
  const doubts = due.length === 0 ? [] : await doubtsAbout(db, span, request.now);
  if (!dryRun && request.refuseDoubtful === true && doubts.length > 0) {
    throw new Refusal("close.doubtful", { period, doubts, agreements: due.length });
  }
  const countWaiting = (): Promise<ReasonCount[]> => countQuarantined(db, span);
  let quarantined = await countWaiting();
  let run: CloseRun | null = null;
  // The check counts every event: the clerk asks each hour, and mostly nothing is due.
  if (!dryRun && due.length > 0) {
    await checkComplete(db);
    refuseQuarantined(request, quarantined);
    run = await raiseCut(db, period, book.revision, () => refuseUnfinished(db, span.end));
    // What the writers before the gate have quarantined since is counted now.
    quarantined = await countWaiting();
    refuseQuarantined(request, quarantined);
  }
  const cut = run?.cut ?? (await loadCut(db));
  const statements: StatementSummary[] = [];
  const terms = termsByAgreement(book);
  for (let at = 0; at < due.length; at += AGREEMENTS_PER_STEP) {
    if (request.isStopping?.()) break;
    const step = due.slice(at, at + AGREEMENTS_PER_STEP);
    await db.query(dryRun ? "begin read only" : "begin");
    const prepared = await prepareStatements(db, {
      agreements: step,
      terms,
      period,
      book,
      cut,
    });
    if (!dryRun) await insertStatements(db, prepared);
    await db.query("commit");
    for (const [index, statement] of prepared.entries()) {
      statements.push(summarise(step[index]!, statement));
    }
    request.onProgress?.(Math.min(at + AGREEMENTS_PER_STEP, due.length), due.length);
  }
  const unissued = due.length - statements.length;
  if (run !== null && unissued === 0) await finishCloseRun(db, run.id);
  return { period, cut, statements, left, already, unissued, quarantined, doubts };
}

async function doubtsAbout(db: Db, span: Period, now: Instant): Promise<CloseDoubt[]> {
  return doubtClose(span, now, await hasUsageIn(db, span));
}

interface Due {
  readonly due: BookAgreement[];
  readonly left: { readonly agreement: string; readonly until: Instant }[];
  readonly already: number;
}

async function whatIsDue(db: Db, book: Book, request: CloseRequest): Promise<Due> {
  const { period, now } = request;
  const stated = await listStated(db, period);
  const agreements = await withSomethingToState(db, book, period);
  const due: BookAgreement[] = [];
  const left: Due["left"] = [];
  let already = 0;
  for (const agreement of agreements) {
    const { end } = monthPeriod(agreement.zone, period);
    const until = (end + (agreement.body.graceHours ?? 0) * HOUR) as Instant;
    if (stated.has(agreement.handle)) already++;
    else if (now < until) left.push({ agreement: agreement.name, until });
    else due.push(agreement);
  }
  return { due, left, already };
}

/**
 * Agreements in force in the period, and those that are not any more but have events not stated yet, were
 * charged for the period in advance, or have a commitment that was ended after the fact.
 */
async function withSomethingToState(
  db: Db,
  book: Book,
  period: MonthText,
): Promise<BookAgreement[]> {
  const terms = termsByAgreement(book);
  const isInForce = ({ handle, zone }: BookAgreement): boolean => {
    const { start, end } = monthPeriod(zone, period);
    return (terms.get(handle) ?? []).some(({ from, to }) => from < end && to > start);
  };
  const agreements = [...book.agreements.values()];
  const inForce = new Set(agreements.filter(isInForce).map(({ handle }) => handle));
  const others = agreements.map(({ handle }) => handle).filter((handle) => !inForce.has(handle));
  const span = { end: formatLocalDay(monthDays(period).end), cut: await loadCut(db) };
  const late = others.length === 0 ? [] : await listUnstatedMonths(db, others, span);
  for (const { agreement } of late) inForce.add(agreement);
  for (const agreement of await listStatedAhead(db, period)) inForce.add(agreement);
  const over = agreements.filter(({ handle }) => !inForce.has(handle));
  for (const agreement of await listUnsettled(db, over, terms, period)) inForce.add(agreement);
  return agreements.filter(({ handle }) => inForce.has(handle));
}

function termsByAgreement(book: Book): Map<number, CompiledTerm[]> {
  const terms = new Map<number, CompiledTerm[]>();
  for (const term of book.terms) {
    const same = terms.get(term.agreement.handle);
    if (same === undefined) terms.set(term.agreement.handle, [term]);
    else same.push(term);
  }
  return terms;
}

/** From the first start to the last end of the period in the zones of these agreements. */
function spanOf(
  agreements: readonly BookAgreement[],
  period: MonthText,
): { start: Instant; end: Instant } {
  const zones = new Set(agreements.map(({ zone }) => zone));
  const periods = [...zones].map((zone) => monthPeriod(zone, period));
  return {
    start: Math.min(...periods.map(({ start }) => start)) as Instant,
    end: Math.max(...periods.map(({ end }) => end)) as Instant,
  };
}

async function checkComplete(db: Db): Promise<void> {
  const imbalances: Imbalance[] = findImbalances(await listAccounts(db));
  if (imbalances.length > 0) throw new Refusal("close.not-complete", { imbalances });
}

/**
 * A statement would hold half of what a re-rating or a backfill changes. Asked at the gate: what begins
 * afterwards is wholly after the cut.
 */
async function refuseUnfinished(db: Db, end: Instant): Promise<void> {
  const [backfill] = await listUnfinished(db);
  if (backfill !== undefined) {
    throw new Refusal("close.backfill-unfinished", { backfill: backfill.name });
  }
  const touching = (await listRunning(db)).filter((rerating) => filterOf(rerating).from < end);
  if (touching.length > 0) {
    throw new Refusal("close.rerating-unfinished", {
      reratings: touching.map(({ batch }) => batch),
    });
  }
}

function refuseQuarantined(
  { period, despiteQuarantine }: CloseRequest,
  quarantined: readonly ReasonCount[],
): void {
  if (quarantined.length > 0 && !despiteQuarantine) {
    throw new Refusal("close.quarantined", { period, reasons: quarantined });
  }
}

function summarise(agreement: BookAgreement, statement: NewStatement): StatementSummary {
  return {
    id: statement.id,
    agreement: agreement.name,
    party: agreement.body.party,
    role: agreement.role,
    currency: agreement.currency,
    total: statement.total,
    lines: statement.lines.length,
    adjustments: statement.lines.filter((line) => line.servicePeriod < statement.period).length,
  };
}
