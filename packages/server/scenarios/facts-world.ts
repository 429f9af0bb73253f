/** A shop that verifies numbers, and what can be said of its events afterwards. */
import { parseInstant } from "@counterpart/domain/instant.ts";
import { afterEach, beforeEach, expect } from "vitest";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { readEvent } from "../src/events/read-event.ts";
import { correctionOf, type FactItem } from "../src/facts/fact-item.ts";
import { type FactAnswer, type FactRequest, stateFacts } from "../src/facts/state-facts.ts";
import type { Database } from "../src/platform/database.ts";
import {
  loadRerating,
  previewRerating,
  type ReratingReport,
  runRerating,
  startRerating,
} from "../src/reratings/rerate.ts";
import type { ReratingFilter } from "../src/reratings/rerating-filter.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { checkStore, NOTHING_FOUND } from "./crash-verify.ts";
import { linesOf, verification } from "./small-world.ts";

/** A database for each test of the file, which is found sound after it. */
export function soundStore(): { readonly database: Database } {
  let store: TestDatabase;
  beforeEach(async () => {
    store = await createTestDatabase();
  });
  afterEach(async () => {
    const found = await checkStore(store.database.pool("owner"));
    await store.drop();
    expect(found).toEqual(NOTHING_FOUND);
  });
  return {
    get database() {
      return store.database;
    },
  };
}

/** A price that is known when the event comes, and one that is made at close. */
export const perCheck = (rate: string, more: object = {}) => ({
  id: "verify",
  on: "verify.check",
  price: { model: "perUnit", rate, per: "verification" },
  ...more,
});
export const tiers = (rate: string) => ({
  id: "verify",
  on: "verify.check",
  price: { model: "graduated", per: "verification", tiers: [{ upTo: null, rate }] },
});

export function check(id: string, time = "2026-10-05T00:00:00Z", more: object = {}): string {
  return verification(time, { id, ...more });
}

export const named = (...ids: readonly string[]): FactItem[] =>
  ids.map((id) => ({ ref: `switch/${id}` }));

export const corrected = (body: string): FactItem[] => [correctionOf(readEvent(body))];

type Stated = Pick<FactRequest, "kind" | "items"> & Partial<FactRequest>;

export async function state(database: Database, request: Stated): Promise<FactAnswer> {
  const keeper = await openBookKeeper(database);
  const rest = { by: "test", idempotencyKey: null, sources: null, dryRun: false };
  return await stateFacts(database, keeper, { reason: "a test", ...rest, ...request });
}

/** What became of it, in a word each: the ordinal of a fact, or the code of a refusal. */
export async function outcomes(database: Database, request: Stated): Promise<(number | string)[]> {
  const { results } = await state(database, request);
  return results.map((result) => ("refused" in result ? result.refused : result.ordinal));
}

export const OCTOBER: ReratingFilter = {
  from: parseInstant("2026-10-01T00:00:00Z"),
  to: parseInstant("2026-11-01T00:00:00Z"),
  accounts: [],
  types: [],
  agreements: [],
  terms: [],
};

export async function preview(
  database: Database,
  filter: Partial<ReratingFilter> = {},
): Promise<ReratingReport> {
  const keeper = await openBookKeeper(database);
  return await previewRerating(database, keeper, { ...OCTOBER, ...filter });
}

/** Re-rates October, or what the filter says. */
export async function rerate(
  database: Database,
  filter: Partial<ReratingFilter> = {},
): Promise<ReratingReport> {
  const keeper = await openBookKeeper(database);
  const batch = await startRerating(database, keeper, {
    filter: { ...OCTOBER, ...filter },
    reason: "a test",
    by: "test",
    revision: null,
  });
  await runRerating(database, keeper, batch);
  const { row, ...report } = await loadRerating(database.pool("reader"), keeper.book(), batch);
  expect(row.state).toBe("d");
  return report;
}

/** The lines of a statement that are about October. */
export async function aboutOctober(database: Database, period: string): Promise<string[]> {
  const lines = await linesOf(database, period);
  return lines.filter((line) => line.startsWith("2026-10"));
}
