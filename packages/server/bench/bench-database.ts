/** An embedded PostgreSQL on a real disk with the demo's catalogue, removed afterwards. */
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
  /** What COUNTERPART_DATA names, for a server of its own process. */
  readonly directory: string;
  /** Empties what ingest writes. */
  readonly empty: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const DEMO = new URL("../../../catalogues/demo", import.meta.url).pathname;

export async function openBenchDatabase(log: (line: string) => void): Promise<BenchDatabase> {
  const directory = await mkdtemp(join(await directoryOnDisk(), "counterpart-bench-"));
  await chmod(directory, 0o755);
  const database = await openMigratedDatabase({ COUNTERPART_DATA: directory }, log);
  const { catalogue, deckRows, problems } = await readCatalogueDirectory(DEMO);
  assert(catalogue !== null, `the demo catalogue has no problems: ${JSON.stringify(problems)}`);
  await publishCatalogue(database, { catalogue: withThirdCharge(catalogue), deckRows, by: "bench" });
  return {
    database,
    keeper: await openBookKeeper(database),
    directory,
    async empty() {
      await database
        .pool("owner")
        .query("truncate event, event_key, total, usage, intake, quarantine");
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
function withThirdCharge(catalogue: Catalogue): Catalogue {
  const agreements: Record<string, Agreement> = { ...catalogue.agreements };
  for (const [name, like] of Object.entries(catalogue.agreements)) {
    if (!name.startsWith("latchkey-")) continue;
    const terms = like.versions.map((version) => ({ ...version, terms: THIRD_CHARGES }));
    agreements[name.replace("latchkey", "bench")] = { ...like, versions: terms };
  }
  return { ...catalogue, agreements };
}

const THIRD_CHARGES: readonly Term[] = [
  ...["voice.call", "sms.message", "whatsapp.message"].map((on): Term => {
    const price = { model: "percentage", of: "customerCharge", percent: "5" } as const;
    return { id: `${on.slice(0, 5)}-share`, title: "Share of revenue", on, price, lines: ["country"] };
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
