/** A large A-Z deck in memory: how long it takes to compile, and what it and its versions take. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Instant } from "@counterpart/domain/instant.ts";
import { compileDeck } from "@counterpart/domain/rating/compile-deck.ts";
import type { DatedDeckRow } from "@counterpart/domain/rating/deck-index.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import { seededRandom } from "../src/demo/seeded-random.ts";

const PREFIXES = 170_000;
const VERSIONS = 50;
const CHANGED_IN_100 = 1;
const MINUTE = unitOf("minute");

export interface DeckFigures {
  readonly compileSeconds: number;
  readonly bytes: number;
  readonly bytesPer100000: number;
  /** What 50 further versions that each change one prefix in a hundred add. */
  readonly versionsBytes: number;
}

export function measureDeck(): DeckFigures {
  const rows = deckRows();
  const versions = [...rows, ...changedRows(rows)];
  compileDeck("prefix", MINUTE, rows); // as a server that has compiled others before
  const first = measured(() => compileDeck("prefix", MINUTE, rows));
  const all = measured(() => compileDeck("prefix", MINUTE, versions));
  return {
    compileSeconds: first.seconds,
    bytes: first.bytes,
    bytesPer100000: (first.bytes * 100_000) / PREFIXES,
    versionsBytes: all.bytes - first.bytes,
  };
}

function measured<T>(work: () => T): { seconds: number; bytes: number; made: T } {
  const before = memoryUsed();
  const started = performance.now();
  const made = work();
  const seconds = (performance.now() - started) / 1000;
  return { seconds, bytes: memoryUsed() - before, made };
}

function memoryUsed(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function deckRows(): DatedDeckRow[] {
  const random = seededRandom(1, "deck");
  const prefixes = new Set<string>();
  while (prefixes.size < PREFIXES) {
    // Breakouts of some thousand city and network codes, as an A-Z deck has them.
    const area = String(1000 + random.below(7000));
    const digits = 10 ** random.below(4);
    prefixes.add(digits === 1 ? area : area + String(digits + random.below(digits)).slice(1));
  }
  return [...prefixes].map((key, at) => rowOf(at + 1, key, 0, random.below(9_000)));
}

function changedRows(rows: readonly DatedDeckRow[]): DatedDeckRow[] {
  const random = seededRandom(2, "deck");
  const changed: DatedDeckRow[] = [];
  for (let version = 1; version <= VERSIONS; version++) {
    for (let n = 0; n < (rows.length * CHANGED_IN_100) / 100; n++) {
      const { key } = rows[random.below(rows.length)]!;
      const id = rows.length + changed.length + 1;
      changed.push(rowOf(id, key, version, random.below(9_000)));
    }
  }
  return changed;
}

const WEEK = 604_800_000;

function rowOf(id: number, key: string, week: number, price: number): DatedDeckRow {
  return {
    id,
    key,
    from: (1_735_689_600_000 + week * WEEK) as Instant,
    state: "rate",
    rate: `0.${String(10_000 + price).slice(1)}`,
    rateNext: null,
    connectFee: null,
    initialIncrement: 1,
    subsequentIncrement: 1,
  };
}
