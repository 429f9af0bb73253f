/** Records of sessions from files. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ImportResult, importFile } from "../imports/import-file.ts";
import { openSessionWorld, record, type SessionWorld } from "./fixtures/session-world.ts";

let world: SessionWorld;
let directory: string;
beforeEach(async () => {
  world = await openSessionWorld();
  directory = await mkdtemp(join(tmpdir(), "counterpart-sessions-"));
});
afterEach(async () => {
  await world.close();
  await rm(directory, { recursive: true });
});

const LINES = [record("stop 2@90 90"), "nonsense", record("start 0@0"), record("interim 1@60 60")];

async function importLines(source: string | null, isSessions = true): Promise<ImportResult> {
  const path = join(directory, "records.ndjson");
  await writeFile(path, LINES.join("\n"));
  const { database, ingest, keeper, sessions, now } = world;
  return await importFile({
    ...{ database, ingest, keeper, source, path, now },
    sessions: isSessions ? sessions : undefined,
  });
}

test("a file of records becomes sessions, and each line is accounted for", async () => {
  const { tally, refused } = await importLines(null);
  expect(tally.outcomes).toMatchObject({ accepted: 3, refused: 1 });
  expect(refused).toMatchObject([{ line: 2, code: "session.unreadable" }]);
  await world.handOver();
  expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
});

test("the same file again is not read again", async () => {
  await importLines(null);
  expect((await importLines(null)).state).toBe("alreadyImported");
});

test("a file that was taken for events by mistake can be imported as sessions", async () => {
  expect((await importLines(null, false)).tally.outcomes).toMatchObject({ refused: 4 });
  expect((await importLines(null)).tally.outcomes).toMatchObject({ accepted: 3 });
});

test("a source whose reader is that of a switch takes records of sessions as they are", async () => {
  expect((await importLines("switch")).tally.outcomes).toMatchObject({ accepted: 3 });
});

test("records of another source than the one that is named are refused", async () => {
  const { tally } = await importLines("partials");
  expect(tally.codes.refused).toMatchObject({ "event.source-not-permitted": 3 });
});
