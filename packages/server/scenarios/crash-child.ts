/**
 * A process of Counterpart for crash tests: takes commands as JSON lines on its standard input and answers
 * each on its standard output when it is done.
 */
import { createInterface } from "node:readline";
import { type Instant, parseInstant } from "@counterpart/domain/instant.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { finishBackfill } from "../src/backfills/finish-backfill.ts";
import { applyCatalogue } from "../src/catalogue/apply-catalogue.ts";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { readCatalogueDirectory } from "../src/catalogue/read-directory.ts";
import { DEMO_CATALOGUE } from "../src/demo/run-demo.ts";
import type { AtStep, Step } from "../src/events/commit-group.ts";
import { stateFacts } from "../src/facts/state-facts.ts";
import {
  type IngestParts,
  openIngest,
  openMigratedDatabase,
} from "../src/main/open-counterpart.ts";
import { replayQuarantine } from "../src/quarantine/replay.ts";
import { runRerating, startRerating } from "../src/reratings/rerate.ts";
import { handOverSessions, type SessionStep } from "../src/sessions/hand-over-sessions.ts";
import { closePeriod } from "../src/statements/close-period.ts";
import { type Command, CRASH_NOW, type Result, type Sent, type Told } from "./crash-protocol.ts";

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const tell = (told: Told): void => void process.stdout.write(`${JSON.stringify(told)}\n`);

let death: { readonly step: Step | SessionStep; after: number } | null = null;
const dieAt = (step: Step | SessionStep): void => {
  if (step === death?.step && death.after-- <= 0) process.kill(process.pid, "SIGKILL");
};
const atStep: AtStep = dieAt;

const database = await openMigratedDatabase(process.env, say);
let parts: Promise<IngestParts> | null = null;

function openParts(): Promise<IngestParts> {
  parts ??= openIngest(database, { now: () => CRASH_NOW, groupMax: 40, atStep });
  return parts;
}

async function carryOut(command: Command): Promise<Result> {
  switch (command.do) {
    case "submit": {
      const { ingest } = await openParts();
      const { bodies, lane } = command;
      return { outcomes: await ingest.submit({ bodies, lane, sources: null }) };
    }
    case "record": {
      const { sessions } = await openParts();
      return { outcomes: await sessions.submit({ bodies: command.bodies, sources: null }) };
    }
    case "handOver": {
      const now = (): Instant => (CRASH_NOW + command.seconds * 1000) as Instant;
      const options = { ...(await openParts()), database, now, atStep: dieAt };
      return { handedOver: await handOverSessions(options) };
    }
    case "apply":
      return { applied: await applyEdition(command.edition) };
    case "dieAt":
      death = { step: command.step, after: command.after };
      return { armed: true };
    case "replay": {
      const keeper = await openBookKeeper(database);
      return { replayed: await replayQuarantine(database, keeper, { codes: null }) };
    }
    case "undo": {
      const { kind, refs } = command;
      const { results } = await stateFacts(database, await openBookKeeper(database), {
        kind,
        items: refs.map((ref) => ({ ref })),
        reason: "a crash test",
        by: "test",
        idempotencyKey: null,
        sources: null,
        dryRun: false,
        atStep,
      });
      return { stated: results.filter((result) => "ordinal" in result).length };
    }
    case "rerate": {
      const keeper = await openBookKeeper(database);
      const asked = { filter: command.filter, reason: "a crash test", by: "test", revision: null };
      const batch = await startRerating(database, keeper, asked);
      await runRerating(database, keeper, batch, { atStep });
      return { rerated: batch };
    }
    case "finishBackfill": {
      const { name } = command;
      const options = { now: () => CRASH_NOW, atStep };
      await finishBackfill(database, await openBookKeeper(database), name, options);
      return { finished: name };
    }
    case "close": {
      const keeper = await openBookKeeper(database);
      const { statements, already } = await closePeriod(database, keeper.book(), {
        period: parseMonth(command.period),
        now: parseInstant(command.now),
        dryRun: false,
        despiteQuarantine: true,
      });
      return { closed: statements.map(({ id }) => id), already };
    }
  }
}

async function applyEdition(edition: number): Promise<number> {
  const read = await readCatalogueDirectory(DEMO_CATALOGUE);
  const { catalogue } = read;
  if (catalogue === null) throw new Error("the sample catalogue can be read");
  const from = new Date(Date.UTC(2030, 0, edition)).toISOString().slice(0, 10);
  const more = { currency: "GBP", from, rate: "1" };
  const exchangeRates =
    edition === 0 ? catalogue.exchangeRates : [...catalogue.exchangeRates, more];
  const edited = { ...read, catalogue: { ...catalogue, exchangeRates } };
  const applied = await applyCatalogue(database, { read: edited, by: "test", dryRun: false });
  return applied.revision;
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { number, ...command } = JSON.parse(line) as Sent;
    carryOut(command).then(
      (result) => tell({ number, ...result }),
      (error: unknown) => tell({ number, failed: String(error) }),
    );
  })
  .on("close", () => {
    const finish = async (): Promise<void> => {
      await (await parts)?.ingest.close();
      await database.close();
    };
    void finish();
  });
tell({ ready: { url: database.url, postmaster: database.embedded?.pid ?? null } });
