/** An operator's list of 170,000 prefixes, from its bytes until rating has it. */
import type { LocalDay } from "@counterpart/domain/period.ts";
import { NO_MAPPING } from "../src/decks/deck-mapping.ts";
import { openShelfInForce } from "../src/decks/deck-shelf.ts";
import { decodeText } from "../src/decks/decode-text.ts";
import { planImport } from "../src/decks/import-price-list.ts";
import { storeInForce } from "../src/decks/store-deck-versions.ts";
import { seededRandom } from "../src/demo/seeded-random.ts";
import type { BenchDatabase } from "./bench-database.ts";

const PREFIXES = 170_000;
/** One that the demo's traffic does not price by on these days. */
const DECK = "voice-basic-gbp";

/**
 * Seconds to read a list, compare it with a version of as many rows, publish it and have it in the book. The
 * version that it is compared with is imported before.
 */
export async function measurePriceList(bench: BenchDatabase): Promise<number> {
  await importList(bench, priceList(1), "2027-01-01");
  const list = priceList(2);
  const started = performance.now();
  await importList(bench, list, "2027-02-01");
  return (performance.now() - started) / 1000;
}

async function importList(
  { database, keeper }: BenchDatabase,
  bytes: Buffer,
  from: string,
): Promise<void> {
  const shelf = await openShelfInForce(database.pool("reader"));
  const { deck, versions } = await planImport(shelf, {
    deck: DECK,
    text: decodeText(bytes),
    mapping: { ...NO_MAPPING, decimal: "," },
    from,
    isWhole: true,
    notified: 0 as LocalDay,
  });
  const { revision } = await storeInForce(database, shelf, deck, versions, "bench");
  await keeper.refresh(revision);
}

/** The same prefixes every time, at prices of their own. */
function priceList(seed: number): Buffer {
  const keys = seededRandom(1, "list");
  const prices = seededRandom(seed, "price");
  const prefixes = new Set<string>();
  while (prefixes.size < PREFIXES) {
    const digits = 10 ** keys.below(4);
    const area = String(1000 + keys.below(7000));
    prefixes.add(digits === 1 ? area : area + String(digits + keys.below(digits)).slice(1));
  }
  const lines = [...prefixes].map((prefix) => {
    return `${prefix};Destination ${prefix.slice(0, 4)};0,${1000 + prices.below(9000)};60/1`;
  });
  return Buffer.from(`Prefix;Destination;Rate;Increments\n${lines.join("\n")}\n`);
}
