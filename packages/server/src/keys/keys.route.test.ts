import { afterAll, beforeAll, expect, test } from "vitest";
import { cursorOf, listOf, textOf } from "../../test/read-json.ts";
import { startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const SWITCH = { name: "switch", scopes: ["events:write"], sources: ["switch"] };

test("201: a key is made, shown once, and can what it says", async () => {
  const made = await server.ask("POST", "/v1/api-keys", { json: SWITCH });
  expect(made.status).toBe(201);
  expect(made.headers.get("cache-control")).toBe("no-store");
  expect(made.json).toMatchObject({ ...SWITCH, expiresAt: null, revokedAt: null });
  const key = textOf(made.json.key);
  const id = textOf(made.json.id);
  const refused = await server.ask("GET", "/v1/statements", { key });
  expect([refused.status, refused.json.code]).toEqual([403, "key.scope-missing"]);
  const { text } = await server.ask("GET", "/v1/api-keys");
  expect(text).toContain(id);
  expect(text).not.toContain(key);
});

test("200: keys are listed newest first, page by page", async () => {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `&cursor=${cursor}`;
    const { status, json } = await server.ask("GET", `/v1/api-keys?limit=1${query}`);
    expect([status, listOf(json.data).length]).toEqual([200, 1]);
    ids.push(textOf(listOf(json.data)[0]!.id));
    cursor = cursorOf(json);
  } while (cursor !== null);
  const { json } = await server.ask("GET", "/v1/api-keys");
  expect(listOf(json.data).map(({ id }) => id)).toEqual(ids);
});

test("204: a revoked key is refused at once", async () => {
  const made = await server.ask("POST", "/v1/api-keys", {
    json: { ...SWITCH, scopes: ["*"], sources: null },
  });
  const key = textOf(made.json.key);
  const id = textOf(made.json.id);
  expect((await server.ask("GET", "/v1/api-keys", { key })).status).toBe(200);
  expect((await server.ask("DELETE", `/v1/api-keys/${id}`)).status).toBe(204);
  const { status, json } = await server.ask("GET", "/v1/api-keys", { key });
  expect([status, json.code]).toEqual([401, "key.not-valid"]);
});

test("404: a key that does not exist cannot be revoked", async () => {
  const { status, json } = await server.ask("DELETE", "/v1/api-keys/none");
  expect([status, json.code]).toEqual([404, "key.unknown"]);
});

test("400: a key needs a name and known scopes, and nothing else is taken", async () => {
  const { status, json } = await server.ask("POST", "/v1/api-keys", {
    json: { name: " ", scopes: ["everything"], admin: true },
  });
  expect([status, json.code]).toEqual([400, "request.invalid"]);
  const pointers = listOf(json.errors).map(({ pointer }) => pointer);
  expect(pointers).toEqual(expect.arrayContaining(["/name", "/scopes/0"]));
});

test("422: a key is for sources that exist, and the answer says which do", async () => {
  const json = { ...SWITCH, sources: ["switch", "swich"] };
  const refused = await server.ask("POST", "/v1/api-keys", { json });
  expect([refused.status, refused.json.code]).toEqual([422, "key.source-unknown"]);
  expect(refused.json.context).toEqual({ unknown: ["swich"], known: ["other", "switch"] });
});

test("422: a key expires in the future", async () => {
  const json = { ...SWITCH, expiresAt: "2020-01-01T00:00:00Z" };
  const refused = await server.ask("POST", "/v1/api-keys", { json });
  expect([refused.status, refused.json.code]).toEqual([422, "key.expires-in-past"]);
});

test("403: a key gives no more than it has", async () => {
  const key = await server.makeKey(["keys:admin", "events:write"], ["switch"]);
  for (const json of [
    { ...SWITCH, scopes: ["*"] },
    { ...SWITCH, sources: ["other"] },
    { ...SWITCH, sources: null },
  ]) {
    const refused = await server.ask("POST", "/v1/api-keys", { key, json });
    expect([refused.status, refused.json.code]).toEqual([403, "key.grants-too-much"]);
  }
  expect((await server.ask("POST", "/v1/api-keys", { key, json: SWITCH })).status).toBe(201);
});
