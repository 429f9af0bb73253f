/** How fast events are stored: bare COPY, prepared parameters, and the pipeline from lines. */
import type pg from "pg";
import {
  byteBuffer,
  reserve,
  write16,
  writeInteger,
  writeText,
  writeTime,
  writeUuid,
} from "../src/events/binary-format.ts";
import { COPY_HEAD, COPY_TAIL } from "../src/events/encode-events.ts";
import { beginWithKeys, storeGroup } from "../src/events/events.repo.ts";
import { connectWriter } from "../src/events/group-writer.ts";
import type { Ingest } from "../src/events/ingest.ts";
import { openIngest } from "../src/main/open-counterpart.ts";
import { sendTogether } from "../src/platform/send-together.ts";
import type { BenchDatabase } from "./bench-database.ts";
import { NOW, type PreparedGroup } from "./bench-traffic.ts";

export const CONNECTIONS = 2;

/** What is opened once and measured round by round, as a server runs for long. */
export interface Measured<Input> {
  /** Events a second. */
  readonly measure: (input: Input) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** The ingest transaction, fed from parameters that were prepared before. */
export async function openStoreFloor({
  database,
}: BenchDatabase): Promise<Measured<readonly PreparedGroup[]>> {
  const writers = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => connectWriter(database)),
  );
  const measure = async (groups: readonly PreparedGroup[]): Promise<number> => {
    const waiting = [...groups];
    const work = async ({ client, slot }: (typeof writers)[number]): Promise<void> => {
      for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
        const { gate } = await beginWithKeys(client, group.events, group.keys);
        const { rows: pieces, totals, usage } = group;
        await storeGroup(client, { cut: gate.cut, slot }, { pieces, totals, usage }, []);
        await client.query("commit");
      }
    };
    const started = performance.now();
    await Promise.all(writers.map(work));
    const seconds = (performance.now() - started) / 1000;
    return groups.reduce((sum, { events }) => sum + events, 0) / seconds;
  };
  return {
    measure,
    close: async () => void (await Promise.all(writers.map(({ client }) => client.end()))),
  };
}

const BARE_ROWS = 100_000;
const BARE_ROUNDS = 6;
const BARE_TABLE = `bare_event (time timestamptz, account_id integer, type_id integer,
  key uuid, id text, data text, charges text)`;

/** A row of 250 bytes of values: a landmark of the machine and its PostgreSQL, of no use in itself. */
function bareRows(): Buffer {
  const buffer = byteBuffer(1 << 20);
  const data = "d".repeat(120);
  const charges = "c".repeat(66);
  for (let row = 0; row < BARE_ROWS; row++) {
    reserve(buffer, 512);
    const { bytes } = buffer;
    let at = write16(bytes, buffer.length, 7);
    at = writeTime(bytes, at, NOW + row);
    at = writeInteger(bytes, at, row % 1000);
    at = writeInteger(bytes, at, row % 7);
    at = writeUuid(bytes, at, row.toString(16).padStart(32, "0"));
    at = writeText(bytes, at, `event-${String(row).padStart(26, "0")}`);
    at = writeText(bytes, at, data);
    buffer.length = writeText(bytes, at, charges);
  }
  return buffer.bytes.subarray(0, buffer.length);
}

/** Rows a second of COPY into a table without an index. */
export async function measureBareCopy({ database }: BenchDatabase): Promise<number> {
  const rows = bareRows();
  await database.pool("owner").query(`create table ${BARE_TABLE}`);
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => database.client("owner")),
  );
  const started = performance.now();
  await Promise.all(clients.map((client) => copyBareRows(client, rows)));
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(clients.map((client) => client.end()));
  await database.pool("owner").query("drop table bare_event");
  return (BARE_ROWS * BARE_ROUNDS * CONNECTIONS) / seconds;
}

async function copyBareRows(client: pg.Client, rows: Buffer): Promise<void> {
  const copy = "copy bare_event from stdin (format binary)";
  for (let round = 0; round < BARE_ROUNDS; round++) {
    await sendTogether(client, [{ copy, pieces: [COPY_HEAD, rows, COPY_TAIL] }]);
  }
}

/** Lines of one submission, and submissions under way. */
const LINES_PER_SUBMISSION = 1_000;
const SUBMISSIONS_MAX = 60;

/** From NDJSON lines in memory to the acknowledgement. */
export async function openPipeline({
  database,
}: BenchDatabase): Promise<Measured<readonly string[]>> {
  const { ingest } = await openIngest(database);
  const measure = async (lines: readonly string[]): Promise<number> => {
    const started = performance.now();
    await submitAll(ingest, lines);
    return (lines.length * 1000) / (performance.now() - started);
  };
  return { measure, close: () => ingest.close() };
}

export async function submitAll(ingest: Ingest, lines: readonly string[]): Promise<void> {
  let next = 0;
  const submitter = async (): Promise<void> => {
    while (next < lines.length) {
      const bodies = lines.slice(next, next + LINES_PER_SUBMISSION);
      next += LINES_PER_SUBMISSION;
      const outcomes = await ingest.submit({ bodies, lane: "bulk", sources: null });
      for (const { outcome } of outcomes) {
        if (outcome !== "accepted") throw new Error(`an event was ${outcome}`);
      }
    }
  };
  await Promise.all(Array.from({ length: SUBMISSIONS_MAX }, submitter));
}

/** Bytes on disk of an event with its key, charges, share of totals and usage, and all indexes. */
export async function measureBytesPerEvent(
  { database }: BenchDatabase,
  events: number,
): Promise<number> {
  const { rows } = await database.pool("owner").query<{ bytes: string }>(
    `select sum(pg_total_relation_size(oid))::bigint as bytes from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace
        and (relname in ('event_key', 'total', 'usage') or relname like 'event\\_2%')`,
  );
  return Number(rows[0]!.bytes) / events;
}
