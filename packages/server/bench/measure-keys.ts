/** What ten million stored keys cost: made by the product's own claim, in random order, nothing rebuilt. */
import { randomBytes } from "node:crypto";
import {
  arrayColumn,
  clearColumn,
  pushChar,
  pushInteger,
  pushTime,
  pushUuid,
} from "../src/events/binary-format.ts";
import { type KeyColumns, keyParameters } from "../src/events/draft-group.ts";
import { beginWithKeys } from "../src/events/events.repo.ts";
import { connectWriter } from "../src/events/group-writer.ts";
import { progressBar } from "../src/platform/progress.ts";
import type { BenchDatabase } from "./bench-database.ts";
import { NOW } from "./bench-traffic.ts";
import { openPipeline } from "./measure-store.ts";
import { median } from "./median.ts";

const KEYS = 10_000_000;
const KEYS_PER_CLAIM = 8_192;
const PARTS = 3;

/** The pipeline's speed with the keys ÷ that of an empty database. */
export async function measureAfterKeys(
  bench: BenchDatabase,
  lines: readonly string[],
): Promise<number> {
  const size = Math.floor(lines.length / PARTS);
  const parts = Array.from({ length: PARTS }, (_, n) => lines.slice(n * size, (n + 1) * size));
  const pipeline = await openPipeline(bench);
  const empty: number[] = [];
  for (const part of parts) {
    await bench.empty("all");
    empty.push(await pipeline.measure(part));
  }
  await bench.empty("all");
  await insertManyKeys(bench);
  const full: number[] = [];
  for (const part of parts) {
    await bench.empty("but keys");
    full.push(await pipeline.measure(part));
  }
  await pipeline.close();
  await bench.empty("all");
  return median(full) / median(empty);
}

async function insertManyKeys({ database }: BenchDatabase): Promise<void> {
  const { client } = await connectWriter(database);
  const progress = progressBar({ label: "  keys", total: KEYS, unit: "keys" });
  const keys: KeyColumns = {
    key: arrayColumn("uuid"),
    content: arrayColumn("uuid"),
    time: arrayColumn("timestamptz"),
    account: arrayColumn("integer"),
    state: arrayColumn("char"),
  };
  for (let done = 0; done < KEYS; done += KEYS_PER_CLAIM) {
    for (const column of Object.values(keys)) clearColumn(column);
    const random = randomBytes(KEYS_PER_CLAIM * 32).toString("hex");
    for (let n = 0; n < KEYS_PER_CLAIM; n++) {
      pushUuid(keys.key, random.slice(n * 64, n * 64 + 32));
      pushUuid(keys.content, random.slice(n * 64 + 32, n * 64 + 64));
      pushTime(keys.time, NOW);
      pushInteger(keys.account, 1);
      pushChar(keys.state, "a");
    }
    await beginWithKeys(client, KEYS_PER_CLAIM, keyParameters(keys));
    await client.query("commit");
    progress.update(done + KEYS_PER_CLAIM);
  }
  progress.finish();
  await client.end();
}
