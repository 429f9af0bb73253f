/**
 * Corrects the events of sessions that were charged too early: the stop came after the session had
 * expired, or a second stop. The event stays as it was, and a fact says what it stands at from now
 * on; statements that were made get an adjustment.
 */
import type { Instant } from "@counterpart/domain/instant.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { readEvent } from "../events/read-event.ts";
import { stateFacts } from "../facts/state-facts.ts";
import type { Database, Db } from "../platform/database.ts";
import { endStateOf, type LookedSession, toFixed } from "./looked-session.ts";
import type { SessionState } from "./session-columns.repo.ts";
import {
  findEventContents,
  fixEvents,
  lockUnchanged,
  postponeSession,
  type SettledSession,
  settleSessions,
} from "./sessions.repo.ts";

export interface CorrectOptions {
  readonly database: Database;
  readonly keeper: BookKeeper;
  readonly now: () => Instant;
}

export interface CorrectedSessions {
  readonly settled: readonly SettledSession[];
  readonly corrected: number;
}

const REASON = "Its session says otherwise than what was charged: a stop came late.";
/** What cannot be rated now may be when the catalogue has changed. */
const RETRY_PAUSE_MS = 3_600_000;

/**
 * Of sessions whose event is accepted: confirms those that say the same as it, corrects those of
 * which it is the session's own, and leaves alone what somebody else has said, which is conflicting.
 *
 * Holds the sessions meanwhile, so that no record comes between what is looked at and what is
 * stated. When it dies in between, the event says the same already, and is confirmed the next time.
 */
export async function correctSessions(
  charged: readonly LookedSession[],
  { database, keeper, now }: CorrectOptions,
): Promise<CorrectedSessions> {
  if (charged.length === 0) return { settled: [], corrected: 0 };
  const client = await database.pool("writer").connect();
  let isBroken = true;
  try {
    await client.query("begin");
    const result = await review(client, charged, { database, keeper, now });
    await client.query("commit");
    isBroken = false;
    return result;
  } finally {
    client.release(isBroken);
  }
}

async function review(
  db: Db,
  charged: readonly LookedSession[],
  { database, keeper, now }: CorrectOptions,
): Promise<CorrectedSessions> {
  const held = await lockUnchanged(
    db,
    charged.map(({ session }) => session),
  );
  const looked = charged.filter(({ session }) => held.has(session.key));
  const stored = await findEventContents(
    db,
    looked.map(({ session }) => session.eventKey),
  );
  const contentOf = ({ session }: LookedSession) => stored.get(session.eventKey)?.content;
  const same = looked.filter((each) => contentOf(each) === each.event.content);
  const wrong = looked.filter((each) => !same.includes(each));
  const ours = wrong.filter((each) => contentOf(each) === each.session.event?.content);
  const foreign = wrong.filter((each) => !ours.includes(each));
  const refusals = await correct(ours, { database, keeper });
  const corrected = ours.filter((_, at) => refusals[at] === null);
  const settled = [
    ...[...same, ...corrected].map((each) => settle(each, endStateOf(each), null)),
    ...foreign.map((each) => settle(each, "conflicting", "event.conflicting")),
    ...ours.flatMap((each, at) => (refusals[at] === null ? [] : [pending(each, refusals[at]!)])),
  ];
  await fixEvents(db, [...same, ...corrected].map(toFixed));
  await settleSessions(db, settled, now());
  const later = (now() + RETRY_PAUSE_MS) as Instant;
  for (const [at, { session }] of ours.entries()) {
    if (refusals[at] === "fact.not-ratable") await postponeSession(db, session, later);
  }
  return { settled, corrected: corrected.length };
}

/** Why each was not corrected; null: it was, or says the same by now. */
async function correct(
  looked: readonly LookedSession[],
  { database, keeper }: Pick<CorrectOptions, "database" | "keeper">,
): Promise<(string | null)[]> {
  if (looked.length === 0) return [];
  const { results } = await stateFacts(database, keeper, {
    kind: "correction",
    items: looked.map(({ session, event }) => {
      return { ref: session.eventKey, event: readEvent(event.text) };
    }),
    reason: REASON,
    by: "sessions",
    idempotencyKey: null,
    // Who may write what was judged when the records came.
    sources: null,
    dryRun: false,
  });
  return results.map((result) => {
    if (!("refused" in result) || result.refused === "fact.same-content") return null;
    return result.refused;
  });
}

function settle(
  { session: { key }, event, expiry }: LookedSession,
  state: SessionState,
  code: string | null,
): SettledSession {
  const outcome = state === "conflicting" ? "conflicting" : "accepted";
  return { key, records: event.records, state, outcome, code, expiry, knownMilliseconds: null };
}

/** Charged with one usage, known to be another, and not to be corrected now. */
function pending(looked: LookedSession, code: string): SettledSession {
  const { expiry } = looked.session;
  const knownMilliseconds = looked.event.milliseconds;
  return { ...settle(looked, "superseded-pending", code), expiry, knownMilliseconds };
}
