/** One shop and what can be done with it in a line: apply, send, close, read. */
import { type Instant, parseInstant } from "@counterpart/domain/instant.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { type Applied, applyCatalogue } from "../src/catalogue/apply-catalogue.ts";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { readCatalogueBundle } from "../src/catalogue/read-bundle.ts";
import { openIngest } from "../src/main/open-counterpart.ts";
import type { Database } from "../src/platform/database.ts";
import { type CloseResult, closePeriod } from "../src/statements/close-period.ts";
import { loadStatement } from "../src/statements/statement-views.repo.ts";

export const NOW: Instant = parseInstant("2026-12-20T12:00:00Z");

/** Publishes the shop's agreement with these terms in its only version, in place of what was there. */
export async function applyTerms(
  database: Database,
  terms: readonly object[],
  more: Readonly<Record<string, unknown>> = {},
  version: Readonly<Record<string, unknown>> = {},
  agreement: Readonly<Record<string, unknown>> = {},
): Promise<Applied> {
  const read = await readCatalogueBundle({
    provider: { name: "Northstar", homeCurrency: "EUR", timeZone: "UTC" },
    parties: { hofladen: { name: "Hofladen" } },
    accounts: { shop: { party: "hofladen" } },
    sources: { switch: { reader: "cloudevents" } },
    agreements: {
      hofladen: {
        party: "hofladen",
        role: "customer",
        currency: "EUR",
        timeZone: "UTC",
        cycle: "monthly",
        accounts: ["shop"],
        versions: [{ from: "2026-01-01", terms, ...version }],
        ...agreement,
      },
    },
    ...more,
  });
  return await applyCatalogue(database, { read, by: "test", dryRun: false });
}

let ids = 0;

/** A successful verification, or what `more` makes of it. */
export function verification(time: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    specversion: "1.0",
    id: `event-${++ids}`,
    source: "switch",
    type: "verify.check",
    subject: "shop",
    time,
    data: { channel: "sms", status: "succeeded" },
    ...more,
  });
}

/** Sends events and tells their outcomes. */
export async function send(database: Database, bodies: readonly string[]): Promise<string[]> {
  const { ingest } = await openIngest(database, { now: () => NOW, bulkWriters: 1 });
  const outcomes = await ingest.submit({ bodies, lane: "bulk", sources: null });
  await ingest.close();
  return outcomes.map(({ outcome }) => outcome);
}

export async function close(database: Database, period: string): Promise<CloseResult> {
  const keeper = await openBookKeeper(database);
  return await closePeriod(database, keeper.book(), {
    period: parseMonth(period),
    now: parseInstant("2027-02-01T00:00:00Z"),
    dryRun: false,
    despiteQuarantine: false,
  });
}

/** The lines of a statement, the shop's or another one, as `service period, term, events, money`. */
export async function linesOf(
  database: Database,
  period: string,
  agreement = "hofladen",
): Promise<string[]> {
  const { lines } = await loadStatement(database.pool("reader"), `stm_${period}_${agreement}`);
  return lines.map((line) => [line.servicePeriod, line.term, line.events, line.money].join(" "));
}
