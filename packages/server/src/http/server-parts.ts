import type { Book } from "@counterpart/domain/rating/book.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { IngestParts } from "../main/open-counterpart.ts";
import type { Database } from "../platform/database.ts";
import type { Keyring } from "../keys/keyring.ts";

/** What every route stands on. */
export interface ServerParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly now: () => Instant;
  /** The book and the writers if they are open. */
  readonly opened: () => IngestParts | null;
  /** Opens them if a catalogue has been applied meanwhile. Refuses `catalogue.empty`. */
  readonly open: () => Promise<IngestParts>;
  /** Whether the server has been told to stop. */
  readonly stopping: () => boolean;
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
  const { keeper } = await parts.open();
  const { rows } = await parts.database
    .pool("reader")
    .query<{ revision: number }>("select revision from gate");
  return await keeper.refresh(rows[0]!.revision);
}
