import type { Instant } from "@counterpart/domain/instant.ts";
import { type BookKeeper, openBookKeeper } from "../catalogue/book-keeper.ts";
import type { AtStep } from "../events/commit-group.ts";
import { groupWriterOpener } from "../events/group-writer.ts";
import { type Ingest, startIngest } from "../events/ingest.ts";
import { type Database, databaseOptions, openDatabase } from "../platform/database.ts";
import { migrate } from "../platform/migrate.ts";
import { openSessionIntake, type SessionIntake } from "../sessions/session-intake.ts";

export function now(): Instant {
  return Date.now() as Instant;
}

/** The database that the environment names, brought up to this version. */
export async function openMigratedDatabase(
  env: Readonly<Record<string, string | undefined>>,
  log: (line: string) => void,
): Promise<Database> {
  const database = await openDatabase({ ...databaseOptions(env), log });
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

export interface IngestParts {
  readonly keeper: BookKeeper;
  readonly ingest: Ingest;
  readonly sessions: SessionIntake;
}

export interface OpenIngestOptions {
  readonly now?: () => Instant;
  readonly bulkWriters?: number;
  readonly groupMax?: number;
  readonly atStep?: AtStep;
}

/** The book and the writers. Refuses when no catalogue has been applied. */
export async function openIngest(
  database: Database,
  options: OpenIngestOptions = {},
): Promise<IngestParts> {
  const keeper = await openBookKeeper(database);
  const openWriter = groupWriterOpener(database);
  const sessions = openSessionIntake({ database, keeper, now: options.now ?? now });
  const ingest = await startIngest({ now, ...options, keeper, openWriter });
  return { keeper, ingest, sessions };
}
