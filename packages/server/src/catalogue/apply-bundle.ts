/** Applies a bundle as the API takes it, where it is not in the way of events. */
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import type { Database } from "../platform/database.ts";
import { runApart } from "../platform/run-apart.ts";
import { type Applied, applyCatalogue } from "./apply-catalogue.ts";
import { loadCatalogue } from "./catalogue.repo.ts";
import { readCatalogueBundle } from "./read-bundle.ts";

export interface BundleRequest {
  /** Deck versions bring their rows as `csv`, or name rows that are kept by their hash. */
  readonly bundle: unknown;
  readonly by: string;
  readonly dryRun: boolean;
  readonly expectedRevision: number | undefined;
}

/** What a worker is started with; it answers what was applied. */
export interface WorkerRequest {
  readonly url: string;
  readonly request: BundleRequest;
}

/** Checks and publishes it in this thread. Refuses as `applyCatalogue` does. */
export async function applyBundle(database: Database, request: BundleRequest): Promise<Applied> {
  const { bundle, ...change } = request;
  const kept = rowsOf(await loadCatalogue(database.pool("reader")));
  const read = await readCatalogueBundle(bundle, (hash) => kept.has(hash));
  return await applyCatalogue(database, { read, ...change });
}

function rowsOf(catalogue: Catalogue | null): ReadonlySet<string> {
  const decks = Object.values(catalogue?.decks ?? {});
  return new Set(decks.flatMap(({ versions }) => versions.map(({ rows }) => rows)));
}

/** Reading and comparing so many characters of deck rows takes a tenth of a second. */
const HERE_LENGTH_MAX = 500_000;

/**
 * The same beside work that must not wait: a bundle with many deck rows is applied in a thread of its own,
 * since 170,000 of them take seconds. Its database is this one's, with connections of its own.
 */
export async function applyBundleApart(
  database: Database,
  request: BundleRequest,
): Promise<Applied> {
  if (lengthOfRows(request.bundle) <= HERE_LENGTH_MAX) return await applyBundle(database, request);
  const workerData: WorkerRequest = { url: database.url, request };
  const script = new URL("../../bin/apply-worker.mjs", import.meta.url);
  return (await runApart(script, workerData)) as Applied;
}

/** Of `decks.*.versions[].csv`, where rows are. */
const ROWS_DEPTH = 5;

/** The length of the texts in it, whatever they are: nobody has checked the bundle yet. */
function lengthOfRows(value: unknown, depth = 0): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null || depth === ROWS_DEPTH) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + lengthOfRows(part, depth + 1), 0);
}
