/** `npm run bench`: how fast, how small and how quick to answer, as ratios within one run. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { printTable } from "../src/platform/print-table.ts";
import { type BenchDatabase, openBenchDatabase } from "./bench-database.ts";
import { type BenchServer, startBenchServer } from "./bench-server.ts";
import { makeTraffic, prepareTraffic } from "./bench-traffic.ts";
import { type Figures, figureRows } from "./figures.ts";
import { measureCloseToGroupBy } from "./measure-close.ts";
import { measureDeck } from "./measure-deck.ts";
import { measureFlushes } from "./measure-disk.ts";
import { measureKernel } from "./measure-kernel.ts";
import { measureAfterKeys } from "./measure-keys.ts";
import { measurePriceList } from "./measure-price-list.ts";
import { measureRatingToParse } from "./measure-rating.ts";
import {
  measureBareCopy,
  measureBytesPerEvent,
  openPipeline,
  openStoreFloor,
} from "./measure-store.ts";
import { median, percentile } from "./median.ts";

const USAGE = `usage: npm run bench -- [--quick] [--json FILE] [--only NAME]

  --quick      the short measurements, in less than a minute
  --json FILE  write the figures there too
  --only NAME  one of: store, rating, deck, latency, keys, close, memory

Progress goes to stderr, the table to stdout. It needs 10 GB on disk for some minutes.
Exit codes: 0 measured, whatever the figures are; 1 failed; 2 wrong usage.
`;

const PARTS = ["store", "rating", "deck", "latency", "keys", "close", "memory"] as const;
type Part = (typeof PARTS)[number];
const QUICK_PARTS: readonly Part[] = ["store", "rating", "deck", "latency"];

interface Plan {
  readonly parts: readonly Part[];
  readonly json: string | null;
  readonly events: number;
  readonly rounds: number;
  /** Of a round. */
  readonly singles: number;
}

/** As the pipeline makes them while its queue is full. */
const GROUP_EVENTS = 8_192;
const SINGLES_PER_SECOND = 500;
const MEMORY_EVENTS = 5_000_000;

function readPlan(): Plan {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        json: { type: "string" },
        only: { type: "string" },
      },
    });
    const only = PARTS.find((part) => part === values.only);
    if (values.only !== undefined && only === undefined) throw new Error(`no part ${values.only}`);
    const all = values.quick ? QUICK_PARTS : PARTS;
    return {
      parts: only === undefined ? all : [only],
      json: values.json ?? null,
      events: values.quick ? 60_000 : 300_000,
      rounds: values.quick ? 2 : 5,
      singles: values.quick ? 1_500 : 3_000,
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measure(plan: Plan): Promise<Figures> {
  const figures: Figures = {};
  const { parts } = plan;
  log("A new database with the demo's catalogue, and its traffic");
  const bench = await openBenchDatabase();
  try {
    const lines = makeTraffic(bench, plan.events + plan.singles * plan.rounds * 2);
    const bulk = lines.slice(0, plan.events);
    const singles = lines.slice(plan.events);
    if (parts.includes("rating")) {
      figures.ratingToParse = measureRatingToParse(bench, bulk);
      Object.assign(figures, kernelFigures());
    }
    if (parts.includes("deck")) Object.assign(figures, deckFigures());
    const server = await startBenchServer(bench);
    try {
      if (parts.includes("store"))
        Object.assign(figures, await measureStore(bench, server, plan, bulk));
      if (parts.includes("latency")) {
        Object.assign(figures, await measureLatency(bench, server, plan, bulk, singles));
      }
      if (parts.includes("memory")) figures.serverRssMaxBytes = await measureMemory(bench, server);
    } finally {
      await server.stop();
    }
    if (parts.includes("keys")) {
      log("Pipeline with ten million stored keys");
      figures.pipelineAfter10MToEmpty = await measureAfterKeys(bench, bulk);
    }
    if (parts.includes("deck")) {
      log("A price list of 170,000 prefixes");
      figures.priceListSeconds = await measurePriceList(bench);
    }
  } finally {
    await bench.close();
  }
  if (parts.includes("close")) {
    log("Close of 10,000 accounts");
    figures.closeToGroupBy = await measureCloseToGroupBy(log);
  }
  return figures;
}

/** In turns, so that a noisy neighbour meets them all. */
async function measureStore(
  bench: BenchDatabase,
  server: BenchServer,
  { rounds }: Plan,
  lines: readonly string[],
): Promise<Figures> {
  const prepared = await prepareTraffic(bench, lines, GROUP_EVENTS);
  log(
    `${lines.length} events in groups of ${GROUP_EVENTS}: ` +
      `${prepared.chargesPerEvent.toFixed(2)} charges, ${prepared.totalsPerEvent.toFixed(2)} totals ` +
      `rows and ${prepared.usagePerEvent.toFixed(2)} usage rows an event`,
  );
  const stored = await openStoreFloor(bench);
  const ingested = await openPipeline(bench);
  const bare: number[] = [];
  const floor: number[] = [];
  const pipeline: number[] = [];
  const http: number[] = [];
  let bytesPerEvent = 0;
  for (let round = 0; round < rounds; round++) {
    bare.push(await measureBareCopy(bench));
    await bench.empty("all");
    floor.push(await stored.measure(prepared.groups));
    await bench.empty("all");
    pipeline.push(await ingested.measure(lines));
    bytesPerEvent = await measureBytesPerEvent(bench, lines.length);
    await bench.empty("all");
    http.push(await server.stream(lines));
    log(
      `round ${round + 1}: COPY ${at(bare)}, floor ${at(floor)}, pipeline ${at(pipeline)}, ` +
        `HTTP ${at(http)} a second`,
    );
  }
  await stored.close();
  await ingested.close();
  await bench.empty("all");
  const ratio = (these: readonly number[], those: readonly number[]): number =>
    median(these.map((value, round) => value / those[round]!));
  return {
    bareCopyRowsPerSecond: median(bare),
    storeFloorEventsPerSecond: median(floor),
    pipelineEventsPerSecond: median(pipeline),
    httpEventsPerSecond: median(http),
    pipelineToStoreFloor: ratio(pipeline, floor),
    httpToStoreFloor: ratio(http, floor),
    pipelineToBareCopy: ratio(pipeline, bare),
    bytesPerEvent,
  };
}

function at(values: readonly number[]): string {
  return Math.round(values.at(-1)!).toLocaleString("en");
}

function kernelFigures(): Figures {
  const { flat, deck, bands, parties } = measureKernel();
  return {
    flatChargesPerSecond: flat.chargesPerSecond,
    flatToParse: flat.toParse,
    deckChargesPerSecond: deck.chargesPerSecond,
    deckToParse: deck.toParse,
    bandsChargesPerSecond: bands.chargesPerSecond,
    bandsToParse: bands.toParse,
    partiesChargesPerSecond: parties.chargesPerSecond,
    partiesToParse: parties.toParse,
  };
}

function deckFigures(): Figures {
  const deck = measureDeck();
  return {
    deckCompileSeconds: deck.compileSeconds,
    deckBytes: deck.bytes,
    deckBytesPer100000: deck.bytesPer100000,
    deckVersionsBytes: deck.versionsBytes,
  };
}

/**
 * The middle of several rounds: a disk that stalls for half a second once would be the whole figure of a
 * single one. How long the disk alone takes is told beside it.
 */
async function measureLatency(
  bench: BenchDatabase,
  server: BenchServer,
  { singles, rounds }: Plan,
  bulk: readonly string[],
  lines: readonly string[],
): Promise<Figures> {
  log(`Single events at ${SINGLES_PER_SECOND} a second, alone and behind an import`);
  await bench.empty("all");
  let next = 0;
  const p99OfRound = async (): Promise<number> => {
    const round = lines.slice(next, next + singles);
    next += singles;
    return percentile(await server.singles(round, SINGLES_PER_SECOND), 99);
  };
  const flush: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < rounds; round++) {
    flush.push(percentile(await measureFlushes(bench.directory, SINGLES_PER_SECOND), 99));
    alone.push(await p99OfRound());
    log(`round ${round + 1}: p99 of the disk ${ms(flush)}, of events alone ${ms(alone)}`);
  }
  const behind: number[] = [];
  const stop = new AbortController();
  const importing = importUntil(server, bulk, stop.signal);
  for (let round = 0; round < rounds; round++) {
    behind.push(await p99OfRound());
    log(`round ${round + 1}: p99 behind an import ${ms(behind)}`);
  }
  stop.abort();
  await importing;
  return {
    diskFlushP99Milliseconds: median(flush),
    ackP99Milliseconds: median(alone),
    ackP99UnderImportMilliseconds: median(behind),
  };
}

function ms(values: readonly number[]): string {
  return `${values.at(-1)!.toFixed(1)} ms`;
}

/** Sends the lines again and again, each time as new events of the same accounts. */
async function importUntil(
  server: BenchServer,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (let time = 0; !signal.aborted; time++) await server.stream(renamed(lines, `again-${time}`));
}

function renamed(lines: readonly string[], prefix: string): string[] {
  return lines.map((line) => line.replace('"id":"', `"id":"${prefix}-`));
}

async function measureMemory(bench: BenchDatabase, server: BenchServer): Promise<number> {
  await bench.empty("all");
  const lines = makeTraffic(bench, 200_000);
  for (let sent = 0; sent < MEMORY_EVENTS; sent += lines.length) {
    await server.stream(renamed(lines, `memory-${sent}`));
    log(
      `${sent + lines.length} events: at most ${Math.round(server.rssMaxBytes() / 1e6)} MB so far`,
    );
  }
  return server.rssMaxBytes();
}

setFlagsFromString("--max-semi-space-size=64"); // as `counterpart` itself runs
const plan = readPlan();
const figures = await measure(plan);
const columns = [
  { title: "figure" },
  { title: "measured", align: "right" },
  { title: "target", align: "right" },
  { title: "" },
] as const;
process.stdout.write(`${printTable(columns, figureRows(figures))}\n`);
if (plan.json !== null) {
  const { deckVersionsBytes: _, ...named } = figures;
  writeFileSync(plan.json, `${JSON.stringify(named, null, 2)}\n`);
}
