import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventLine, file, importInto, startWorld, type World } from "./fixtures/import-world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.end();
});

test("gzip is known by its bytes, not by the file's name", async () => {
  const packed = await importInto(
    world,
    file(gzipSync(`${eventLine()}\n${eventLine()}`), "plain.ndjson"),
  );
  expect(packed.tally.outcomes.accepted).toBe(2);
  expect(
    (await importInto(world, file(eventLine(), "not-packed.gz"))).tally.outcomes.accepted,
  ).toBe(1);
  const joined = Buffer.concat([gzipSync(`${eventLine()}\n`), gzipSync(eventLine())]);
  expect((await importInto(world, file(joined))).tally.outcomes.accepted).toBe(2);
});

test("of a gzip that breaks off, what came before is kept, and it says so", async () => {
  const lines = Array.from({ length: 5_000 }, () => eventLine());
  const whole = gzipSync(lines.join("\n"));
  for (const length of [whole.length - 1, whole.length - 8, whole.length >> 1]) {
    const result = await importInto(world, file(whole.subarray(0, length)));
    expect(result).toMatchObject({
      state: "damaged",
      problem: { code: "import.file-damaged", detail: "the gzip breaks off before its end" },
    });
    const { accepted, duplicate, refused } = result.tally.outcomes;
    expect(accepted + duplicate).toBe(result.lines);
    expect(refused).toBe(0);
    const part = length / whole.length;
    expect(result.lines).toBeGreaterThan(lines.length * part * 0.9);
    expect(result.lines).toBeLessThan(lines.length);
  }
});

test("a damaged gzip says so, and is tried again from where it stopped", async () => {
  const lines = Array.from({ length: 5_000 }, () => eventLine());
  const bytes = gzipSync(lines.join("\n"));
  bytes[bytes.length - 8]! ^= 1; // of the checksum
  const path = file(bytes);
  const first = await importInto(world, path);
  expect(first).toMatchObject({
    state: "damaged",
    problem: { detail: "the gzip is damaged: incorrect data check" },
  });
  expect(first.tally.outcomes.accepted).toBe(first.lines);
  expect(first.lines).toBeGreaterThan(4_000);
  const second = await importInto(world, path);
  expect(second).toMatchObject({ state: "damaged", resumedAfterLine: first.lines });
  expect(second.tally).toEqual(first.tally);
});

test("what follows zeros in a gzip is read, and nothing before a stray byte is lost", async () => {
  const membersAround = (between: Buffer): Buffer =>
    Buffer.concat([gzipSync(`${eventLine()}\n`), between, gzipSync(eventLine())]);
  const padded = membersAround(Buffer.alloc(4));
  expect((await importInto(world, file(padded))).tally.outcomes.accepted).toBe(2);
  const strayed = membersAround(Buffer.from("x"));
  expect(await importInto(world, file(strayed))).toMatchObject({
    state: "damaged",
    problem: { detail: "the gzip is damaged: what follows is no member of it" },
    lines: 1,
    tally: { outcomes: { accepted: 1 } },
  });
});

test("a gzip bomb takes little memory", async () => {
  const path = file(gzipSync(Buffer.alloc(200_000_000, 0x61)));
  const before = process.memoryUsage.rss();
  const result = await importInto(world, path);
  expect(result.tally.codes.refused).toEqual({ "event.too-large": 1 });
  expect(process.memoryUsage.rss() - before).toBeLessThan(150_000_000);
});
