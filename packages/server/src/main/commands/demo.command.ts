import { Command, InvalidArgumentError } from "commander";
import {
  applyDemoCatalogue,
  closeDemo,
  DEMO_PERIOD,
  fillAlone,
  ingestDemoTraffic,
} from "../../demo/run-demo.ts";
import { countOutcomes, type OutcomeCount } from "../../events/intake.repo.ts";
import { createKey } from "../../keys/create-key.ts";
import { revokeKey } from "../../keys/keys.repo.ts";
import type { Database } from "../../platform/database.ts";
import { printTable } from "../../platform/print-table.ts";
import { group } from "../../platform/progress.ts";
import { showMoney } from "../../platform/show-money.ts";
import { reportMargin } from "../../statements/margin.ts";
import { listStatements, type StatementHead } from "../../statements/statement-views.repo.ts";
import { assertPortFree } from "../assert-port-free.ts";
import { EXIT, print, say, withDatabase } from "../command-context.ts";
import { withStop } from "../long-work.ts";
import { type IngestParts, now, openIngest } from "../open-counterpart.ts";
import { startServer } from "../serve.ts";
import { printMargin } from "./report.commands.ts";
import { closeWhenTold, readPort } from "./serve.command.ts";

interface DemoOptions {
  readonly events: number;
  readonly exit?: boolean;
  readonly port: number;
}

const EVENTS_MAX = 100_000_000;

export function demoCommand(): Command {
  return new Command("demo")
    .summary("a month of a sample provider's traffic: in, rated, closed, shown")
    .description(
      "Starts the embedded PostgreSQL, applies the sample catalogue, ingests a month of generated " +
        "traffic, closes the month and prints what came in, who owes whom and what is kept. Then it " +
        "serves the API until it is stopped. Run twice, it changes nothing.",
    )
    .option("--events <n>", "lines of traffic", readCount, 1_000_000)
    .option("--exit", "end instead of serving")
    .option("--port <n>", "port of the API; 0 for a free one", readPort, 8787)
    .addHelpText("after", "\nExample:\n  npm run demo -- --events 50000 --exit")
    .action(async (options: DemoOptions) => {
      await withDatabase(({ database }) => runDemo(database, options));
    });
}

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1_000 || count > EVENTS_MAX) {
    throw new InvalidArgumentError("a whole number from 1000 to 100000000");
  }
  return count;
}

async function runDemo(database: Database, { events, exit, port }: DemoOptions): Promise<void> {
  if (database.embedded !== undefined) {
    const { version, settings } = database.embedded;
    say(`PostgreSQL ${version}: ${settingsLine(settings)}`);
  }
  if (exit !== true && port !== 0) await assertPortFree(DEMO_HOST, port);
  const onWait = () => say("Another demo fills this database: waiting for it.");
  const filled = await withStop((stop) => {
    return fillAlone(database, () => fillDemo(database, events, stop), onWait);
  });
  if (filled === null) {
    say("Stopped. The same command goes on where this one has come to.");
    process.exitCode = EXIT.stopped;
    return;
  }
  const { parts, changed } = filled;
  await printDemo(database, parts);
  if (!changed) print("\nNothing was changed: this database holds the demo already.");
  if (exit !== true) await serveDemo(database, port);
}

const DEMO_KEY_DAYS = 30;
const DEMO_HOST = "127.0.0.1";

/** Serves with a key of its own, which ends with it: it cannot be shown again. */
async function serveDemo(database: Database, port: number): Promise<void> {
  const server = await startServer({ database, host: DEMO_HOST, port });
  const expiresAt = new Date(now() + DEMO_KEY_DAYS * 86_400_000).toISOString();
  const request = { name: "demo", scopes: ["*" as const], sources: null, expiresAt };
  const { id, key } = await createKey(database, request);
  print(`\nAPI      ${server.address}\nkey      ${key}\n`);
  print(
    `curl -H "authorization: Bearer ${key}" \\\n  ${server.address}/v1/statements?period=${DEMO_PERIOD}`,
  );
  say("\nCtrl-C stops it.");
  await closeWhenTold(server);
  await revokeKey(database.pool("writer"), id);
}

interface Filled {
  readonly parts: IngestParts;
  readonly changed: boolean;
}

const CATALOGUE_TOLD = {
  applied: "The sample catalogue is applied.",
  same: "The catalogue is applied already.",
  changed:
    "The catalogue was changed here and stays so: `counterpart apply catalogues/demo --dry-run` " +
    "shows the difference.",
};

/** null when it was stopped. */
async function fillDemo(
  database: Database,
  events: number,
  stop: AbortSignal,
): Promise<Filled | null> {
  const catalogue = await applyDemoCatalogue(database);
  say(CATALOGUE_TOLD[catalogue]);
  const parts = await openIngest(database);
  try {
    const onResume = (line: number): void =>
      say(`An earlier run broke off after line ${group(line)}: going on there.`);
    const ingested = await ingestDemoTraffic(database, parts, { events, stop, onResume });
    if (ingested === "stopped" || stop.aborted) return null;
    if (ingested === "already") say("The traffic is ingested already.");
    const { statements, already } = await closeDemo(database, parts.keeper);
    if (statements.length === 0) say(`${DEMO_PERIOD} is closed already: ${already} statements.`);
    else say(`Closed ${DEMO_PERIOD}: ${statements.length} statements.`);
    const isNew = catalogue === "applied" || ingested === "ingested" || statements.length > 0;
    return { parts, changed: isNew };
  } finally {
    await parts.ingest.close();
  }
}

function settingsLine(settings: Readonly<Record<string, string>>): string {
  const shown = [
    "fsync",
    "synchronous_commit",
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
    "jit",
  ];
  return shown.map((name) => `${name} ${settings[name]}`).join(", ");
}

async function printDemo(database: Database, { keeper }: IngestParts): Promise<void> {
  const db = database.pool("reader");
  const statements = await listStatements(db, { period: DEMO_PERIOD, limit: 1_000 });
  const { agreements } = keeper.catalogue();
  const bySeller = (kind: StatementHead["kind"], ofReseller: boolean): StatementHead[] =>
    statements.filter(
      (one) =>
        one.kind === kind && (agreements[one.agreement]?.seller !== undefined) === ofReseller,
    );
  const titled = (title: string, text: string): void => print(`\n${title}\n\n${text}`);
  titled("What came in", printOutcomes(await countOutcomes(db)));
  titled("Invoices", printHeads(keeper, bySeller("invoice", false)));
  titled(
    "Invoices that resellers issue to their own customers",
    printHeads(keeper, bySeller("invoice", true)),
  );
  titled("Settlement statements", printHeads(keeper, bySeller("settlement", false)));
  titled("Margin by channel", printMargin(await reportMargin(db, keeper, DEMO_PERIOD)));
}

function printOutcomes(outcomes: readonly OutcomeCount[]): string {
  const order = ["received", "accepted", "duplicate", "conflicting", "quarantined", "refused"];
  const rows = order.flatMap((outcome) =>
    outcomes
      .filter((one) => one.outcome === outcome)
      .map((one) => [outcome, one.code, group(one.count)]),
  );
  return printTable(
    [{ title: "outcome" }, { title: "reason" }, { title: "events", align: "right" }],
    rows,
  );
}

function printHeads(keeper: IngestParts["keeper"], statements: readonly StatementHead[]): string {
  const { agreements, parties } = keeper.catalogue();
  return printTable(
    [
      { title: "party" },
      { title: "role" },
      { title: "total", align: "right" },
      { title: "" },
      { title: "statement" },
    ],
    statements.map(({ id, agreement, total, currency }) => {
      const body = agreements[agreement]!;
      return [parties[body.party]!.name, body.role, showMoney(total), currency, id];
    }),
  );
}
