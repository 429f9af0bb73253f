import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Ingest } from "../events/ingest.ts";
import {
  directory,
  eventLine,
  file,
  importInto,
  startWorld,
  type World,
} from "./fixtures/import-world.ts";
import type { ImportOptions, ImportResult } from "./import-file.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.end();
});

function importOf(
  path: string,
  { in: where = world, ...options }: Partial<ImportOptions> & { in?: World } = {},
): Promise<ImportResult> {
  return importInto(where, path, options);
}

function csvLines(count: number): string {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    // Each is the same as others.
    const minute = String(Math.floor(i / 4) % 60).padStart(2, "0");
    lines.push(`2026-10-01T10:${minute}:00Z,acme-main,+442079460123,${60 + (i % 2)}`);
  }
  return lines.join("\n");
}

/** What the store holds, whoever wrote it. */
async function contentOf({ database }: World): Promise<unknown> {
  const { rows } = await database.pool("owner").query(
    `select
      (select count(*) from event) as events,
      (select count(*) from event_key) as keys,
      (select count(*) from quarantine) as quarantined,
      (select sum(count) from usage) as used,
      (select sum(quantity) from usage) as milliseconds,
      (select sum(count) from total) as charges,
      (select sum(amount_pico) from total) as amount`,
  );
  return rows[0];
}

test("every record of a file has its outcome, and what is refused its line and reason", async () => {
  const first = eventLine();
  const lines = [
    first,
    "",
    first,
    first.replace('"60"', '"61"'),
    eventLine({ subject: "nobody" }),
    eventLine({ source: "other" }),
    "no JSON",
    eventLine({ id: "" }),
    `{"id":"${"x".repeat(70_000)}"}`,
    eventLine(),
  ];
  const result = await importOf(file(lines.join("\r\n")));
  expect(result).toMatchObject({ state: "imported", problem: null, lines: 10 });
  expect(result.tally).toEqual({
    outcomes: { accepted: 2, duplicate: 1, conflicting: 1, quarantined: 1, refused: 4 },
    codes: {
      quarantined: { "event.account-unknown": 1 },
      refused: {
        "event.source-not-permitted": 1,
        "event.unreadable": 1,
        "event.id-missing": 1,
        "event.too-large": 1,
      },
    },
    skipped: 0,
  });
  expect(result.refused.map(({ line, code }) => `${line} ${code}`)).toEqual([
    "6 event.source-not-permitted",
    "7 event.unreadable",
    "8 event.id-missing",
    "9 event.too-large",
  ]);
});

test("what was received is the sum of what became of it, in the intake too", async () => {
  const own = await startWorld();
  onTestFinished(own.end);
  await importOf(file(`${csvLines(10)}\nbroken\n`), { in: own, source: "billing" });
  await importOf(file(`${eventLine()}\n${eventLine({ subject: "nobody" })}\n{`), { in: own });
  const { rows } = await own.database
    .pool("owner")
    .query("select outcome, sum(count)::integer as count from intake group by 1 order by 1");
  expect(Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]))).toEqual({
    accepted: 11,
    quarantined: 1,
    received: 14,
    refused: 2,
  });
});

test("what is no event is counted under its source and its reason", async () => {
  const own = await startWorld();
  onTestFinished(own.end);
  await importOf(file(`${csvLines(1)}\nbroken\n`), { in: own, source: "billing" });
  await importOf(file(`${"x".repeat(70_000)}\n[1]\n`), { in: own });
  await importOf(file("no JSON"), { in: own, source: null });
  const { rows } = await own.database.pool("owner").query(
    `select coalesce(name, 'none') || ' ' || code as reason, sum(count)::integer as count
      from intake left join handle on handle.id = source_id
      where outcome = 'refused' group by 1 order by 1`,
  );
  expect(rows).toEqual([
    { reason: "api event.too-large", count: 1 },
    { reason: "api event.unreadable", count: 1 },
    { reason: "billing event.malformed-record", count: 1 },
    { reason: "none event.unreadable", count: 1 },
  ]);
});

test("events of several sources are imported when none is named", async () => {
  const path = file([eventLine(), eventLine({ source: "other" })].join("\n"));
  const { tally } = await importOf(path, { source: null });
  expect(tally.outcomes.accepted).toBe(2);
});

test("the same file is imported once, whatever its name, unless it is asked for again", async () => {
  const path = file(eventLine(), "first.ndjson");
  const first = await importOf(path);
  expect(first.state).toBe("imported");
  const renamed = join(directory, "renamed.ndjson");
  renameSync(path, renamed);
  expect(await importOf(renamed)).toMatchObject({
    state: "alreadyImported",
    run: first.run,
    before: { name: path, finishedAt: "2026-10-15T12:00:00Z" },
    tally: { outcomes: { accepted: 1 } },
  });
  expect(await importOf(renamed, { again: true })).toMatchObject({
    state: "imported",
    tally: { outcomes: { accepted: 0, duplicate: 1 } },
  });
});

test("identical records of one file are all counted, those of a copy are duplicates", async () => {
  const text = csvLines(100);
  const first = await importOf(file(text), { source: "billing" });
  expect(first.tally.outcomes).toMatchObject({ accepted: 100, duplicate: 0 });
  const grown = await importOf(file(`${text}\n${csvLines(1)}`), { source: "billing" });
  expect(grown.tally.outcomes).toMatchObject({ accepted: 1, duplicate: 100 });
});

test("where there is nothing to import, that is said, also the second time", async () => {
  const empty = { state: "empty", lines: 0, problem: { code: "import.empty" } };
  for (const path of [file(""), file(gzipSync("")), file("\n\n")]) {
    expect(await importOf(path)).toMatchObject(empty);
    expect(await importOf(path)).toMatchObject(empty);
  }
  const spool = join(directory, "spool");
  mkdirSync(spool);
  expect((await importOf(spool)).problem!.detail).toMatch(/no files/);
  writeFileSync(join(spool, ".hidden"), eventLine());
  expect((await importOf(spool)).problem!.detail).toMatch(/no files.*hidden/);
});

test("an import that is stopped has stored what it says, and goes on there", async () => {
  const [undisturbed, own] = [await startWorld(), await startWorld()];
  onTestFinished(undisturbed.end);
  onTestFinished(own.end);
  const path = file(csvLines(9_000));
  await importOf(path, { in: undisturbed, source: "billing" });
  const stop = new AbortController();
  const options = { in: own, source: "billing" };
  const submit: Ingest["submit"] = (submission) => {
    stop.abort();
    return own.ingest.submit(submission);
  };
  const stopped = await importOf(path, { ...options, stop: stop.signal, ingest: { submit } });
  expect(stopped.state).toBe("stopped");
  expect(stopped.lines).toBeGreaterThan(0);
  expect(stopped.lines).toBeLessThan(9_000);
  expect(stopped.tally.outcomes.accepted).toBe(stopped.lines);
  const resumed: number[] = [];
  const whole = await importOf(path, { ...options, onResume: (line) => resumed.push(line) });
  expect(resumed).toEqual([stopped.lines]);
  expect(whole).toMatchObject({ state: "imported", resumedAfterLine: stopped.lines });
  expect(whole.tally.outcomes).toMatchObject({ accepted: 9_000, duplicate: 0 });
  expect(await contentOf(own)).toEqual(await contentOf(undisturbed));
});

/** An ingest that dies with its batches under way, after so many submissions. */
function dying(ingest: Ingest, submissions: number): Pick<Ingest, "submit"> {
  let left = submissions;
  return {
    async submit(submission) {
      if (left-- > 0) return await ingest.submit(submission);
      // Some of what was under way is committed, although nobody is told.
      if (left % 2 === 0) await ingest.submit(submission);
      throw new Error("killed");
    },
  };
}

/** Batches that each attempt may submit; the file has eleven. */
const KILLED_AFTER = fc.sample(fc.integer({ min: 0, max: 2 }), { numRuns: 5, seed: 2 });

test("an import that is killed again and again stores what one that is not does", async () => {
  const text = `${csvLines(9_000)}\nbroken,record\n${csvLines(12_000)}\n"never closed`;
  const [undisturbed, killed] = [await startWorld(), await startWorld()];
  onTestFinished(undisturbed.end);
  onTestFinished(killed.end);
  const path = file(text);
  const whole = await importOf(path, { in: undisturbed, source: "billing" });
  const expected = { accepted: 21_000, duplicate: 0, refused: 2 };
  expect(whole.tally.outcomes).toMatchObject(expected);

  const refusedFile = join(directory, "refused.csv");
  const options = { in: killed, source: "billing", refusedFile };
  for (const submissions of KILLED_AFTER) {
    const attempt = importOf(path, { ...options, ingest: dying(killed.ingest, submissions) });
    await expect(attempt).rejects.toThrow("killed");
  }
  const result = await importOf(path, options);
  expect(result.resumedAfterLine).toBeGreaterThan(0);
  expect(result.state).toBe("imported");
  const { accepted, duplicate, refused } = result.tally.outcomes;
  expect(accepted + duplicate).toBe(21_000);
  expect(refused).toBe(2);
  expect(await contentOf(killed)).toEqual(await contentOf(undisturbed));
  expect(readFileSync(refusedFile, "utf8")).toBe(
    "file,line,code,detail\n" +
      ",9001,event.malformed-record,2 fields where there are 4 columns\n" +
      ",21002,event.malformed-record,a quote is opened and not closed\n",
  );
});

test("a directory is imported as one, in the order of its names", async () => {
  const call = (uuid: string, to = "+442079460123"): string =>
    JSON.stringify(
      {
        variables: {
          uuid,
          accountcode: "acme-main",
          caller_id_number: "+493023125001",
          destination_number: to,
          start_uepoch: "1790000000000000",
          answer_uepoch: "1790000001000000",
          billusec: "60000000",
        },
      },
      null,
      2,
    );
  const path = join(directory, "json_cdr");
  mkdirSync(join(path, "b"), { recursive: true });
  file(call("u1"), "json_cdr/1.json");
  file(call("u2", ""), "json_cdr/b/2.json");
  file(call("u3").replace("}", ""), "json_cdr/b/3.json");
  file("not a record", "json_cdr/.hidden");
  const result = await importOf(path, { source: "switch" });
  expect(result.tally.outcomes).toMatchObject({ accepted: 1, refused: 2 });
  expect(result.refused).toEqual([
    {
      file: join("b", "2.json"),
      line: 1,
      code: "event.malformed-record",
      detail: "no destination_number",
    },
    {
      file: join("b", "3.json"),
      line: 1,
      code: "event.unreadable",
      detail: "the document ends inside of it",
    },
  ]);
  expect((await importOf(path, { source: "switch" })).state).toBe("alreadyImported");
  file(call("u4"), "json_cdr/4.json");
  const grown = await importOf(path, { source: "switch" });
  expect(grown.tally.outcomes).toMatchObject({ accepted: 1, duplicate: 1 });
});

test("the first thousand refused lines are kept, all of them are written", async () => {
  const refusedFile = join(directory, "many-refused.csv");
  const result = await importOf(file("=x\n".repeat(5_000)), { refusedFile });
  expect(result.tally.outcomes.refused).toBe(5_000);
  expect(result.refused).toHaveLength(1_000);
  expect(readFileSync(refusedFile, "utf8").trim().split("\n")).toHaveLength(5_001);
});

test("progress tells the bytes whose events are committed", async () => {
  const lines = Array.from({ length: 10_000 }, () => eventLine());
  const path = file(gzipSync(lines.join("\n")));
  const told: number[] = [];
  const result = await importOf(path, {
    onProgress({ bytes, bytesTotal, lines: done, tally }) {
      expect(bytes).toBeLessThanOrEqual(bytesTotal);
      expect(tally.outcomes.accepted).toBe(done);
      told.push(done);
    },
  });
  expect(told.length).toBeGreaterThan(3);
  expect(told.at(-1)).toBe(10_000);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(result.linesPerSecond).toBeGreaterThan(0);
});

test.each<[string, string, Partial<ImportOptions>]>([
  ["import.source-unknown", file(""), { source: "nobody" }],
  ["import.source-unknown", file(""), { source: "toString" }],
  ["import.file-unreadable", join(directory, "missing"), {}],
  ["import.file-unreadable", "/dev/null", {}],
])("refuses %s", async (code, path, options) => {
  await expect(importOf(path, options)).rejects.toMatchObject({ code });
});

test("refuses a file that is being imported already", async () => {
  const path = file(eventLine());
  let second: Promise<unknown> | null = null;
  await importOf(path, {
    ingest: {
      async submit(submission) {
        second = importOf(path).catch((error: unknown) => error);
        await second;
        return await world.ingest.submit(submission);
      },
    },
  });
  expect(await second).toMatchObject({ code: "import.already-running" });
});

test("refuses a file that changes while it is read; what was read is kept", async () => {
  const lines = Array.from({ length: 100_000 }, () => eventLine());
  const path = file(lines.join("\n"));
  let changed = false;
  const importing = importOf(path, {
    onProgress() {
      if (!changed) appendFileSync(path, "\n");
      changed = true;
    },
  });
  await expect(importing).rejects.toMatchObject({ code: "import.file-changed" });
});
