/**
 * Takes records of sessions and keeps them, in groups: what comes while a group is written is the
 * next one. Every record is answered for itself, after the commit.
 */
import { assert } from "@counterpart/domain/assert.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { sessionDueAt } from "@counterpart/domain/sessions/expire-orphan.ts";
import { type SessionPolicy, sessionPolicy } from "@counterpart/domain/sessions/session-policy.ts";
import { hearRecord, type SessionProgress } from "@counterpart/domain/sessions/session-progress.ts";
import type { PoolClient } from "pg";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadRevision } from "../catalogue/catalogue.repo.ts";
import { CommitUnknown } from "../events/commit-group.ts";
import type { ItemOutcome, Submission } from "../events/ingest.ts";
import type { Database, Db } from "../platform/database.ts";
import {
  type ReadingFor,
  type RefusedSessionRecord,
  readSessionRecord,
  type SessionRecordIn,
} from "./read-session-record.ts";
import {
  findRecordContents,
  type HeardSession,
  insertConflicts,
  insertRecords,
  insertSessions,
  type LockedSession,
  lockSessions,
  recordName,
  updateHeard,
} from "./session-records.repo.ts";

export type RecordSubmission = Pick<Submission, "bodies" | "sources">;

export interface SessionIntake {
  /**
   * What became of each JSON text, in order, after the commit: accepted, duplicate, conflicting
   * (its sequence was taken by other content) or refused. Rejects with CommitUnknown as ingest
   * does. Refuses `server.overloaded` when too much waits.
   */
  submit(submission: RecordSubmission): Promise<ItemOutcome[]>;
  /** Records that wait for their commit. */
  waiting(): number;
}

export interface SessionIntakeOptions {
  readonly database: Database;
  readonly keeper: BookKeeper;
  readonly now: () => Instant;
}

const WAITING_MAX = 50_000;
const GROUP_MAX = 2_000;
export const SESSION_RECORDS_MAX = 10_000;

interface Waiting extends RecordSubmission {
  readonly resolve: (outcomes: ItemOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

export function openSessionIntake(options: SessionIntakeOptions): SessionIntake {
  const queue: Waiting[] = [];
  let waiting = 0;
  let isWriting = false;
  const writeAll = async (): Promise<void> => {
    isWriting = true;
    while (queue.length > 0) {
      const group = takeGroup(queue);
      await writeGroup(group, options);
      for (const { bodies } of group) waiting -= bodies.length;
    }
    isWriting = false;
  };
  return {
    submit({ bodies, sources }) {
      if (bodies.length === 0) return Promise.resolve([]);
      if (waiting > WAITING_MAX) return Promise.reject(new Refusal("server.overloaded"));
      waiting += bodies.length;
      const outcomes = new Promise<ItemOutcome[]>((resolve, reject) => {
        queue.push({ bodies, sources, resolve, reject });
      });
      if (!isWriting) void writeAll();
      return outcomes;
    },
    waiting: () => waiting,
  };
}

function takeGroup(queue: Waiting[]): Waiting[] {
  let size = 0;
  let count = 0;
  while (count < queue.length && (count === 0 || size + queue[count]!.bodies.length <= GROUP_MAX)) {
    size += queue[count]!.bodies.length;
    count++;
  }
  return queue.splice(0, count);
}

type Read = SessionRecordIn | RefusedSessionRecord;

/** Never throws: what fails is told to those who submitted. */
async function writeGroup(group: readonly Waiting[], options: SessionIntakeOptions): Promise<void> {
  try {
    const read: Read[] = [];
    for (const { bodies, sources } of group) {
      for (const body of bodies) read.push(readSessionRecord(body, readingOf(sources, options)));
    }
    if (read.some(isOfOlderCatalogue) && (await isNewerPublished(options))) {
      await writeGroup(group, options);
      return;
    }
    const outcomes = await keep(read, options);
    let from = 0;
    for (const { bodies, resolve } of group) {
      resolve(outcomes.slice(from, from + bodies.length));
      from += bodies.length;
    }
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

function readingOf(
  sources: RecordSubmission["sources"],
  { keeper }: SessionIntakeOptions,
): ReadingFor {
  return { book: keeper.book(), sources };
}

/** Refusals that a newer catalogue may have cured. */
function isOfOlderCatalogue(read: Read): boolean {
  if (!("refused" in read)) return false;
  const { refused } = read;
  return (
    refused === "event.source-unknown" ||
    refused === "event.type-unknown" ||
    refused === "session.source-without-rules" ||
    refused === "session.type-invalid"
  );
}

async function isNewerPublished({ database, keeper }: SessionIntakeOptions): Promise<boolean> {
  const before = keeper.book().revision;
  const { revision } = await keeper.refresh(await loadRevision(database.pool("reader")));
  return revision > before;
}

const ATTEMPTS_MAX = 5;

async function keep(
  read: readonly Read[],
  options: SessionIntakeOptions,
  attempt = 1,
): Promise<ItemOutcome[]> {
  const records = read.filter((each): each is SessionRecordIn => !("refused" in each));
  if (records.length === 0) return read.map((each) => outcomeOf(each, new Map()));
  const client = await options.database.pool("writer").connect();
  let broken: Error | boolean = true;
  try {
    const verdicts = await inTransaction(client, () => write(client, records, options));
    broken = false;
    return read.map((each) => outcomeOf(each, verdicts));
  } catch (error) {
    broken = error instanceof CommitUnknown;
    if (!isRepeatable(error) || attempt === ATTEMPTS_MAX) throw error;
    return await keep(read, options, attempt + 1);
  } finally {
    client.release(broken);
  }
}

/** A deadlock or a serialization failure: the transaction did nothing. */
function isRepeatable(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "40P01" || code === "40001";
}

async function inTransaction<T>(client: PoolClient, write: () => Promise<T>): Promise<T> {
  let written: T;
  try {
    await client.query("begin");
    written = await write();
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
  try {
    await client.query("commit");
  } catch (error) {
    throw new CommitUnknown("the connection was lost while committing", { cause: error });
  }
  return written;
}

type Verdict = "accepted" | "duplicate" | "conflicting" | "too-many";
type Verdicts = ReadonlyMap<SessionRecordIn, Verdict>;

function outcomeOf(read: Read, verdicts: Verdicts): ItemOutcome {
  if ("refused" in read) {
    const { id, refused: code, detail } = read;
    return { id, outcome: "refused", code, detail };
  }
  const id = read.eventId;
  const verdict = verdicts.get(read);
  assert(verdict !== undefined, "every record has a verdict");
  if (verdict === "too-many") {
    return { id, outcome: "refused", code: "session.too-many-records", detail: "" };
  }
  if (verdict === "conflicting") return { id, outcome: verdict, code: "session.conflicting" };
  return verdict === "duplicate"
    ? { id, outcome: verdict, first: "accepted" }
    : { id, outcome: verdict };
}

async function write(
  db: Db,
  records: readonly SessionRecordIn[],
  options: SessionIntakeOptions,
): Promise<Verdicts> {
  const now = options.now();
  const bySession = new Map<string, SessionRecordIn[]>();
  for (const record of records) {
    const same = bySession.get(record.key);
    if (same === undefined) bySession.set(record.key, [record]);
    else same.push(record);
  }
  const firsts = [...bySession.values()].map(([first]) => first!);
  const sessions = firsts.map((first) => ({ ...first, usage: policyOf(first).usage }));
  await insertSessions(db, sessions, now);
  const locked = await lockSessions(db, [...bySession.keys()]);
  assert(locked.length === bySession.size, "every session is there and held");
  const verdicts = await keepRecords(db, locked, bySession, now);
  const heard: HeardSession[] = [];
  for (const session of locked) {
    const kept = bySession.get(session.key)!.filter((each) => verdicts.get(each) === "accepted");
    if (kept.length > 0) heard.push(hear(session, kept, now));
  }
  if (heard.length > 0) await updateHeard(db, heard);
  return verdicts;
}

function policyOf({ source }: SessionRecordIn): SessionPolicy {
  assert(source.body.sessions !== undefined, "a record is read only of a source with sessions");
  return sessionPolicy(source.body.sessions);
}

async function keepRecords(
  db: Db,
  locked: readonly LockedSession[],
  bySession: ReadonlyMap<string, readonly SessionRecordIn[]>,
  now: Instant,
): Promise<Verdicts> {
  const verdicts = new Map<SessionRecordIn, Verdict>();
  const firsts = new Map<string, SessionRecordIn>();
  const repeats: SessionRecordIn[] = [];
  for (const { key, progress } of locked) {
    let room = SESSION_RECORDS_MAX - (progress?.records ?? 0);
    for (const record of bySession.get(key)!) {
      if (firsts.has(recordName(record))) repeats.push(record);
      else if (room-- > 0) firsts.set(recordName(record), record);
      else verdicts.set(record, "too-many");
    }
  }
  const inserted = await insertRecords(db, [...firsts.values()], now);
  for (const [name, record] of firsts) {
    if (inserted.has(name)) verdicts.set(record, "accepted");
    else repeats.push(record);
  }
  if (repeats.length === 0) return verdicts;
  const contents = await findRecordContents(db, repeats);
  const conflicts: SessionRecordIn[] = [];
  for (const record of repeats) {
    const isSame = contents.get(recordName(record)) === record.content;
    verdicts.set(record, isSame ? "duplicate" : "conflicting");
    if (!isSame) conflicts.push(record);
  }
  if (conflicts.length > 0) await insertConflicts(db, conflicts, now);
  return verdicts;
}

function hear(
  { key, state, usage, isHandedOver, progress: before }: LockedSession,
  records: readonly SessionRecordIn[],
  now: Instant,
): HeardSession {
  let progress: SessionProgress | null = before;
  for (const record of records) progress = hearRecord(progress, record, now);
  assert(progress !== null, "a session that was heard of has a record");
  const policy = { ...policyOf(records[0]!), usage };
  const dueAt = sessionDueAt(progress, policy, isHandedOver);
  return { key, state: state === "o" && progress.hasStop ? "s" : state, progress, dueAt };
}
