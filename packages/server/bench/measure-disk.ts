/** What the disk alone takes to keep something: no acknowledgement can be quicker. */
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** As a segment of the write-ahead log: its blocks are there before anything is written. */
const FILE_BYTES = 1 << 24;
const PAGE_BYTES = 8_192;
const SECONDS = 3;

/** Milliseconds of each of so many flushes a second, of a page each. */
export async function measureFlushes(directory: string, perSecond: number): Promise<number[]> {
  const path = join(directory, "flushes");
  const file = await open(path, "w");
  const page = Buffer.alloc(PAGE_BYTES, 1);
  const milliseconds: number[] = [];
  try {
    await file.write(Buffer.alloc(FILE_BYTES), 0, FILE_BYTES, 0);
    await file.sync();
    const begun = performance.now();
    for (let flush = 0; flush < perSecond * SECONDS; flush++) {
      const wait = begun + (flush * 1000) / perSecond - performance.now();
      if (wait > 0) await sleep(wait);
      const started = performance.now();
      await file.write(page, 0, PAGE_BYTES, (flush * PAGE_BYTES) % FILE_BYTES);
      await file.datasync();
      milliseconds.push(performance.now() - started);
    }
  } finally {
    await file.close();
    await rm(path);
  }
  return milliseconds;
}
