/**
 * Hands sessions that have ended to the ordinary ingest, as one event each. What is to be handed
 * over is written down first and handed over as it is written; ingest knows an event by its id. So
 * this may die between any two lines, or run twice at once, and each session is charged once.
 */
import { AssertionFailure, assert } from "@counterpart/domain/assert.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { assembleSession } from "@counterpart/domain/sessions/assemble-session.ts";
import { expireOrphan, sessionDueAt } from "@counterpart/domain/sessions/expire-orphan.ts";
import { type SessionPolicy, sessionPolicy } from "@counterpart/domain/sessions/session-policy.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { Ingest, ItemOutcome } from "../events/ingest.ts";
import type { Database, Db } from "../platform/database.ts";
import { correctSessions } from "./correct-sessions.ts";
import { type LookedSession, toFixed } from "./looked-session.ts";
import type { ExpiryCause, SessionState } from "./session-columns.repo.ts";
import { sessionEvent } from "./session-event.ts";
import {
  type AssembledEvent,
  type DueSession,
  findEventContents,
  fixEvents,
  listDueSessions,
  listSessionRecords,
  postponeSession,
  type SettledSession,
  settleSessions,
} from "./sessions.repo.ts";

/** Faults that tests inject between any two steps. */
export type SessionStep = "corrected" | "fixed" | "submitted" | "settled";

export interface HandOverOptions {
  readonly database: Database;
  readonly ingest: Pick<Ingest, "submit">;
  readonly keeper: BookKeeper;
  readonly now: () => Instant;
  /** Whether to leave the rest for another time. */
  readonly isStopping?: (() => boolean) | undefined;
  readonly atStep?: ((step: SessionStep) => void) | undefined;
}

/**
 * How many sessions became what. `failed`: could not be assembled, by our fault, and wait;
 * `corrected`: those among the others whose event had been charged before, with other usage.
 */
export type HandOverTally = Readonly<Record<SessionState | "failed" | "corrected", number>>;

/** Sessions that are looked at together, and the records that are held in memory for it. */
const PAGE = 200;
const PAGE_RECORDS_MAX = 20_000;
/** A session that cannot be assembled is tried again after so long, and holds no other up. */
const FAILED_PAUSE_MS = 3_600_000;

/** Hands over everything that is due by now. */
export async function handOverSessions(options: HandOverOptions): Promise<HandOverTally> {
  const tally: Record<keyof HandOverTally, number> = {
    open: 0,
    stopped: 0,
    expired: 0,
    "superseded-pending": 0,
    conflicting: 0,
    refused: 0,
    failed: 0,
    corrected: 0,
  };
  const db = options.database.pool("writer");
  for (;;) {
    const due = await listDueSessions(db, options.now(), PAGE);
    const page = boundedPage(due);
    if (page.length === 0 || options.isStopping?.()) return tally;
    const { settled, corrected, failed } = await handOverPage(db, page, options);
    for (const { state } of settled) tally[state]++;
    tally.corrected += corrected;
    tally.failed += failed;
    // A page of which nothing was settled is another process's, or has just been added to.
    if (settled.length + failed === 0) return tally;
  }
}

function boundedPage(due: readonly DueSession[]): readonly DueSession[] {
  let records = 0;
  const end = due.findIndex(({ progress }, at) => {
    records += progress.records;
    return at > 0 && records > PAGE_RECORDS_MAX;
  });
  return end === -1 ? due : due.slice(0, end);
}

async function handOverPage(
  db: Db,
  page: readonly DueSession[],
  options: HandOverOptions,
): Promise<{ settled: SettledSession[]; corrected: number; failed: number }> {
  const interrupted = page.filter(({ event, isHandedOver }) => event !== null && !isHandedOver);
  const others = page.filter((session) => !interrupted.includes(session));
  const { looked, failed } = await lookAt(db, others, options);
  const { fresh, charged } = await sortOut(db, looked);
  const { settled: reviewed, corrected } = await correctSessions(charged, options);
  options.atStep?.("corrected");
  const fixed = await fixEvents(db, fresh.map(toFixed));
  options.atStep?.("fixed");
  const submitted = [
    ...interrupted.map((session) => ({ ...standing(session), event: session.event! })),
    ...fresh
      .filter(({ session }) => fixed.has(session.key))
      .map((each) => ({ ...toFixed(each), event: each.event })),
  ];
  const settled = await submit(submitted, options);
  options.atStep?.("submitted");
  if (settled.length > 0) await settleSessions(db, settled, options.now());
  options.atStep?.("settled");
  return { settled: [...reviewed, ...settled], corrected, failed };
}

async function lookAt(
  db: Db,
  sessions: readonly DueSession[],
  { keeper, now }: HandOverOptions,
): Promise<{ looked: LookedSession[]; failed: number }> {
  const records = await listSessionRecords(
    db,
    sessions.map(({ key }) => key),
  );
  const looked: LookedSession[] = [];
  let failed = 0;
  for (const session of sessions) {
    const { usage, progress } = session;
    const policy = policyOf(session, keeper);
    const expiry = session.expiry ?? expireOrphan(progress, policy, now());
    if (expiry === null && !progress.hasStop && !session.isHandedOver) {
      // The rules of its source allow it longer than they did.
      await postponeSession(db, session, sessionDueAt(progress, policy, false));
      continue;
    }
    try {
      const heard = records.get(session.key)!;
      assert(heard.length >= progress.records, "no record is lost");
      const assembled = assembleSession(heard, usage);
      const event = {
        ...sessionEvent(session, assembled, keeper.book()),
        records: progress.records,
      };
      looked.push({ session, assembled, event, expiry: assembled.isStopped ? null : expiry });
    } catch (error) {
      if (!(error instanceof AssertionFailure)) throw error;
      failed++;
      await postponeSession(db, session, (now() + FAILED_PAUSE_MS) as Instant);
    }
  }
  return { looked, failed };
}

/** As its source says now, but for how usage is told, which stays as it was when it began. */
function policyOf({ source, usage }: DueSession, keeper: BookKeeper): SessionPolicy {
  const rules = keeper.book().sources.get(source)?.body.sessions;
  return sessionPolicy({ ...rules, usage });
}

/** Sessions of which nothing was charged yet, and those whose event was: it may have to be corrected. */
async function sortOut(
  db: Db,
  looked: readonly LookedSession[],
): Promise<{ fresh: LookedSession[]; charged: LookedSession[] }> {
  const again = looked.filter(({ session }) => session.isHandedOver);
  const stored = await findEventContents(
    db,
    again.map(({ session }) => session.eventKey),
  );
  const isCharged = ({ session }: LookedSession): boolean =>
    session.isHandedOver && stored.get(session.eventKey)?.isAccepted === true;
  // What waits in quarantine is corrected by handing it in again.
  return {
    fresh: looked.filter((each) => !isCharged(each)),
    charged: looked.filter(isCharged),
  };
}

/** A session whose event was written down by somebody who did not get further. */
function standing({ key, state, expiry, event }: DueSession) {
  return { key, state, expiry, records: event!.records };
}

interface Submitted {
  readonly key: string;
  readonly records: number;
  readonly state: SessionState;
  readonly expiry: ExpiryCause | null;
  readonly event: AssembledEvent;
}

async function submit(
  submitted: readonly Submitted[],
  { ingest }: HandOverOptions,
): Promise<SettledSession[]> {
  if (submitted.length === 0) return [];
  const bodies = submitted.map(({ event }) => event.text);
  // Who may write what was judged when the records came.
  const outcomes = await ingest.submit({ bodies, lane: "bulk", sources: null });
  return submitted.map(({ key, records, state, expiry }, at) => {
    const result = { key, records, expiry, knownMilliseconds: null };
    return { ...result, ...answerOf(outcomes[at]!, state) };
  });
}

function answerOf(
  item: ItemOutcome,
  state: SessionState,
): Pick<SettledSession, "state" | "outcome" | "code"> {
  switch (item.outcome) {
    case "accepted":
      return { state, outcome: "accepted", code: null };
    case "duplicate":
      return { state, outcome: item.first, code: null };
    case "quarantined":
      return { state, outcome: "quarantined", code: item.code };
    case "conflicting":
      return { state: "conflicting", outcome: "conflicting", code: "event.conflicting" };
    case "refused":
      return { state: "refused", outcome: "refused", code: item.code };
  }
}
