import { Refusal } from "@counterpart/domain/refusals.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SplitLine } from "../imports/split-lines.ts";
import type { ItemOutcome } from "./ingest.ts";
import { ingestLines, type LineProgress } from "./ndjson-ingest.ts";
import type { ReadText } from "./read-event.ts";

const never = new AbortController().signal;

async function* blocks(...sizes: readonly number[]): AsyncGenerator<readonly SplitLine[]> {
  let line = 0;
  for (const size of sizes) {
    yield Array.from({ length: size }, () => {
      line++;
      return { line, text: `line ${line}` };
    });
  }
}

async function collect(lines: AsyncIterable<LineProgress>): Promise<LineProgress[]> {
  const collected: LineProgress[] = [];
  for await (const progress of lines) collected.push(progress);
  return collected;
}

const accept = (body: ReadText): ItemOutcome => ({ id: String(body), outcome: "accepted" });

test("whatever order commits end in, lines are told in order and each once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
      async (scheduler, sizes) => {
        const submit = scheduler.scheduleFunction(async (bodies: readonly ReadText[]) =>
          bodies.map(accept),
        );
        const lines = blocks(...sizes);
        const told = collect(ingestLines({ lines, submit, windowMax: 60, stop: never }));
        const progress = await scheduler.waitFor(told);
        const through = progress.map(({ throughLine }) => throughLine);
        expect(through).toEqual([...new Set(through)].sort((a, b) => a - b));
        let before = 0;
        for (const { throughLine, accepted } of progress) {
          expect(accepted).toBe(throughLine - before);
          before = throughLine;
        }
        expect(before).toBe(sizes.reduce((sum, size) => sum + size, 0));
      },
    ),
    { numRuns: 50 },
  );
});

test("a part whose commit is not known ends the stream after what came before it", async () => {
  let calls = 0;
  const submit = async (bodies: readonly ReadText[]): Promise<ItemOutcome[]> => {
    if (++calls === 2) throw new Error("not known");
    return bodies.map(accept);
  };
  const told: LineProgress[] = [];
  const ingest = ingestLines({ lines: blocks(2, 2, 2), submit, windowMax: 1_000, stop: never });
  await expect(async () => {
    for await (const progress of ingest) told.push(progress);
  }).rejects.toThrow("not known");
  expect(told.map(({ throughLine }) => throughLine)).toEqual([2]);
});

test("what breaks the lines off is thrown after everything that was read is told", async () => {
  async function* broken(): AsyncGenerator<readonly SplitLine[]> {
    yield* blocks(3);
    throw new Refusal("request.interrupted");
  }
  const submit = async (bodies: readonly ReadText[]) => bodies.map(accept);
  const told: LineProgress[] = [];
  await expect(async () => {
    const ingest = ingestLines({ lines: broken(), submit, windowMax: 1_000, stop: never });
    for await (const progress of ingest) told.push(progress);
  }).rejects.toThrow("request.interrupted");
  expect(told.map(({ throughLine }) => throughLine)).toEqual([3]);
});

test("nothing is read while nobody takes what is told", async () => {
  let read = 0;
  async function* counted(): AsyncGenerator<readonly SplitLine[]> {
    for (let line = 1; line <= 1_000; line++) {
      read++;
      yield [{ line, text: "x" }];
    }
  }
  const submit = async (bodies: readonly ReadText[]) => bodies.map(accept);
  const ingest = ingestLines({ lines: counted(), submit, windowMax: 10, stop: never });
  await ingest.next();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(read).toBeLessThan(10);
  await ingest.return(undefined);
});

test("once it is told to stop it reads no more, and tells what was committed", async () => {
  const stop = new AbortController();
  async function* endless(): AsyncGenerator<readonly SplitLine[]> {
    yield* blocks(2);
    await new Promise(() => undefined);
  }
  const submit = async (bodies: readonly ReadText[]) => bodies.map(accept);
  const ingest = ingestLines({ lines: endless(), submit, windowMax: 10, stop: stop.signal });
  expect((await ingest.next()).value).toMatchObject({ throughLine: 2 });
  const end = ingest.next();
  stop.abort();
  await expect(end).rejects.toThrow("server.stopping");
});
