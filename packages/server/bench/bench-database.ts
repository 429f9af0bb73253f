/** An embedded PostgreSQL on a real disk with a catalogue, removed afterwards. */
import { chmod, mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert } from "@counterpart/domain/assert.ts";
import type { Agreement, Catalogue, Term } from "@counterpart/domain/catalogue/catalogue.ts";
import { type BookKeeper, openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { publishCatalogue } from "../src/catalogue/publish-catalogue.ts";
import { readCatalogueDirectory } from "../src/catalogue/read-directory.ts";
import { openMigratedDatabase } from "../src/main/open-counterpart.ts";
import type { Database } from "../src/platform/database.ts";

export interface BenchDatabase {
  readonly database: Database;
  readonly keeper: BookKeeper;
  /** On the disk that the database is on. */
  readonly directory: string;
  /** Empties what ingest writes; keys only if they are not to be kept. */
  readonly empty: (keys: "all" | "but keys") => Promise<void>;
  readonly close: () => Promise<void>;
}

const DEMO = new URL("../../../catalogues/demo", import.meta.url).pathname;

/** The catalogue is the demo's, as `change` makes it. */
export async function openBenchDatabase(
  change: (demo: Catalogue) => Catalogue = withThirdCharge,
): Promise<BenchDatabase> {
  const directory = await mkdtemp(join(await directoryOnDisk(), "counterpart-bench-"));
  await chmod(directory, 0o755); // for root's sake: PostgreSQL runs as another user then
  const database = await openMigratedDatabase({ COUNTERPART_DATA: directory }, () => undefined);
  const { catalogue, deckRows, problems } = await readCatalogueDirectory(DEMO);
  assert(catalogue !== null, `the demo's catalogue has no problems: ${JSON.stringify(problems)}`);
  await publishCatalogue(database, { catalogue: change(catalogue), deckRows, by: "bench" });
  return {
    database,
    keeper: await openBookKeeper(database),
    directory,
    async empty(keys) {
      const tables = "event, total, usage, intake, quarantine";
      const all = keys === "all" ? `${tables}, event_key` : tables;
      await database.pool("owner").query(`truncate ${all}`);
    },
    async close() {
      await database.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const TMPFS = 0x0102_1994;

async function directoryOnDisk(): Promise<string> {
  for (const directory of [tmpdir(), "/var/tmp"]) {
    const stat = await statfs(directory).catch(() => null);
    if (stat !== null && stat.type !== TMPFS) return directory;
  }
  return process.cwd();
}

/**
 * A partner with a share of calls and messages and a fee on the rest, so that an event has three charges
 * (customer, carrier, partner) on average, by the demo's dimensions.
 */
function withThirdCharge(demo: Catalogue): Catalogue {
  const agreements: Record<string, Agreement> = { ...demo.agreements };
  for (const [name, like] of Object.entries(demo.agreements)) {
    if (!name.startsWith("latchkey-")) continue;
    const versions = like.versions.map((version) => ({ ...version, terms: THIRD_CHARGES }));
    agreements[name.replace("latchkey", "bench")] = { ...like, versions };
  }
  return { ...demo, agreements };
}

const THIRD_CHARGES: readonly Term[] = [
  ...["voice.call", "sms.message", "whatsapp.message"].map((on): Term => {
    const price = { model: "percentage", of: "customerCharge", percent: "5" } as const;
    const id = `${on.replace(".", "-")}-share`;
    // A WhatsApp message has a market in its place.
    const lines = on === "whatsapp.message" ? [] : ["country"];
    return { id, title: "Share of revenue", on, price, lines };
  }),
  {
    id: "check-fee",
    title: "Fee of a verification",
    on: "verify.check",
    price: { model: "perUnit", rate: "0.0004", per: "check" },
  },
  {
    id: "email-fee",
    title: "Fee of a recipient",
    on: "email.message",
    price: { model: "perUnit", rate: "0.00002", per: "recipient" },
  },
];
