import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createEmptyTestDatabase, type TestDatabase } from "../../test/test-database.ts";
import { type Step, sendTogether } from "./send-together.ts";

let world: TestDatabase;
let client: Client;

beforeAll(async () => {
  world = await createEmptyTestDatabase();
  await world.database.pool("owner").query("create table note (id integer primary key, text text)");
});

afterAll(() => world.drop());

beforeEach(async () => {
  client = await world.database.client("owner");
  await client.query("truncate note");
});

afterEach(() => client.end().catch(() => undefined));

const BEGIN: Step = { text: "begin", values: [] };
const COMMIT: Step = { text: "commit", values: [] };
const COPY = "copy note from stdin";

function insert(...ids: number[]): Step {
  return {
    name: "insert-notes",
    text: "insert into note (id) select unnest($1::integer[]) returning id, text",
    values: [`{${ids.join(",")}}`],
  };
}

async function stored(): Promise<number[]> {
  const { rows } = await world.database
    .pool("owner")
    .query<{ id: number }>("select id from note order by id");
  return rows.map(({ id }) => id);
}

test("each step is answered by its rows, in order", async () => {
  const copy = { copy: COPY, pieces: [Buffer.from("3\tth"), Buffer.from("ree\n")] };
  const all = { text: "select id, text from note order by id", values: [] };
  expect(await sendTogether(client, [BEGIN, insert(1, 2), copy, all, COMMIT])).toEqual([
    [],
    [
      ["1", null],
      ["2", null],
    ],
    [],
    [
      ["1", null],
      ["2", null],
      ["3", "three"],
    ],
    [],
    [],
  ]);
  expect(await stored()).toEqual([1, 2, 3]);
});

test.each<[string, Step, string]>([
  ["a statement that fails", { text: "select 1 / 0", values: [] }, "22012"],
  ["a statement that is none", { text: "selec 1", values: [] }, "42601"],
  ["rows that are none", { copy: COPY, pieces: [Buffer.from("x\tno number\n")] }, "22P02"],
  ["a COPY without a table", { copy: "copy no_note from stdin", pieces: [threeRow()] }, "42P01"],
  ["a duplicate", insert(7, 7), "23505"],
])("after %s nothing that follows is carried out, and the connection goes on", async (...row) => {
  const [, bad, code] = row;
  const refused = sendTogether(client, [BEGIN, insert(1), bad, insert(2), COMMIT]);
  await expect(refused).rejects.toMatchObject({ code });
  await client.query("rollback");
  expect(await stored()).toEqual([]);
  await sendTogether(client, [BEGIN, insert(4), { copy: COPY, pieces: [threeRow()] }, COMMIT]);
  expect(await stored()).toEqual([3, 4]);
});

function threeRow(): Buffer {
  return Buffer.from("3\tthree\n");
}

test("when `begin` fails nothing is committed by itself", async () => {
  await client.query("begin");
  await client.query("select 1 / 0").catch(() => undefined);
  // The connection refuses everything but the end of its transaction.
  await expect(sendTogether(client, [BEGIN, insert(1)])).rejects.toMatchObject({ code: "25P02" });
  await client.query("commit");
  expect(await stored()).toEqual([]);
});

test("more than a socket holds goes through", async () => {
  const line = `\t${"x".repeat(1000)}\n`;
  const pieces = Array.from({ length: 8 }, (_, piece) =>
    Buffer.from(Array.from({ length: 1000 }, (_, n) => `${piece * 1000 + n}${line}`).join("")),
  );
  await sendTogether(client, [{ copy: COPY, pieces }, insert(-1)]);
  expect((await stored()).length).toBe(8001);
});

test("a connection that is lost under way rejects", async () => {
  client.on("error", () => undefined);
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const waiting = sendTogether(client, [BEGIN, { text: "select pg_sleep(60)", values: [] }]);
  const lost = expect(waiting).rejects.toThrow(/terminat/);
  await world.database.pool("owner").query("select pg_terminate_backend($1)", [rows[0]!.pid]);
  await lost;
});
