import type { Instant } from "@counterpart/domain/instant.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadRevision } from "../catalogue/catalogue.repo.ts";
import type { Keyring } from "../keys/keyring.ts";
import type { IngestParts } from "../main/open-counterpart.ts";
import type { Database } from "../platform/database.ts";
import type { TimeLimits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";

/** The server as routes are added to it: bodies and queries have the types of their schemas. */
export type ZodApp = Parameters<FastifyPluginAsyncZod>[0];

/** What every route stands on. */
export interface ServerParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly now: () => Instant;
  /** The book and the writers if they are open. */
  readonly opened: () => IngestParts | null;
  /** Opens them if a catalogue has been applied meanwhile. Refuses `catalogue.empty`. */
  readonly open: () => Promise<IngestParts>;
  /** Aborted when the server is told to stop. */
  readonly stop: AbortSignal;
  readonly metrics: Metrics;
  readonly timeLimits: TimeLimits;
}

/** Opens the book and the writers when first needed: a server may start before its catalogue. */
export async function lazyIngest(
  openIngest: () => Promise<IngestParts>,
): Promise<Pick<ServerParts, "opened" | "open"> & { close(): Promise<void> }> {
  let parts: IngestParts | null = null;
  let opening: Promise<IngestParts> | null = null;
  const open = async (): Promise<IngestParts> => {
    if (parts !== null) return parts;
    opening ??= openIngest().finally(() => {
      opening = null;
    });
    parts = await opening;
    return parts;
  };
  try {
    await open();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "catalogue.empty") throw error;
  }
  return {
    opened: () => parts,
    open,
    async close() {
      await opening?.catch(() => undefined);
      await parts?.ingest.close();
    },
  };
}

/** The newest book, also when another process has published since this one last looked. */
export async function newestBook(parts: ServerParts): Promise<Book> {
  return (await newestKeeper(parts)).book();
}

/** The keeper with that book. */
export async function newestKeeper(parts: ServerParts): Promise<BookKeeper> {
  const { keeper } = await parts.open();
  await keeper.refresh(await loadRevision(parts.database.pool("reader")));
  return keeper;
}
