/** Rate decks over HTTP: what is in force, what a list would change, and that it does. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listOf } from "../../test/read-json.ts";
import { smsEvent, startTestServer, TEST_BUNDLE, type TestServer } from "../../test/test-server.ts";

const FIRST = "key,name,rate\n49,Germany,0.01\n4915,Germany mobile,0.02\n881,Satellite,5\n";
const SECOND = "key,name,rate\n49,Germany,0.011\n33,France,0.03\n";

const bundle = {
  ...TEST_BUNDLE,
  plans: {
    basic: {
      terms: [
        {
          id: "sms",
          on: "sms.message",
          price: { model: "network", deck: "networks" },
        },
      ],
    },
  },
  decks: {
    atlas: {
      key: "prefix",
      currency: "EUR",
      per: "minute",
      noticeDays: 7,
      versions: [
        { from: "2025-01-01", csv: FIRST },
        { from: "2026-10-01", csv: SECOND },
        { from: "2027-01-01", csv: FIRST },
      ],
    },
    networks: {
      key: "network",
      currency: "EUR",
      per: "segment",
      versions: [{ from: "2026-01-01", csv: "key,rate\n262,0.07\n262-01,0.08\n+49,0.09\n" }],
    },
  },
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ bundle });
});
afterAll(() => server.close());

const get = (path: string) => server.ask("GET", `/v1/decks${path}`);

interface Sending {
  readonly list: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
}

function send(deck: string, query: Record<string, string>, { list, headers, key }: Sending) {
  const path = `/v1/decks/${deck}/imports?${new URLSearchParams(query)}`;
  const sent = { "content-type": "text/csv", ...headers };
  return server.ask("POST", path, {
    body: list,
    headers: sent,
    ...(key === undefined ? {} : { key }),
  });
}

const rowsOf = async (path: string) => {
  const { status, json } = await get(path);
  expect(status).toBe(200);
  return listOf(json.data).map((row) => {
    const { key, rate } = row as { key: string; rate: string };
    return `${key} ${rate}`;
  });
};

test("200: the decks with their versions, page by page", async () => {
  const { status, json } = await get("?limit=1");
  expect(status).toBe(200);
  expect(json.data).toEqual([
    {
      deck: "atlas",
      key: "prefix",
      currency: "EUR",
      per: "minute",
      noticeDays: 7,
      versions: [
        { from: "2025-01-01", at: "2024-12-31T23:00:00Z", state: "past" },
        { from: "2026-10-01", at: "2026-09-30T22:00:00Z", state: "in-force" },
        { from: "2027-01-01", at: "2026-12-31T23:00:00Z", state: "scheduled" },
      ],
    },
  ]);
  const next = await get(`?limit=1&cursor=${String(json.nextCursor)}`);
  expect(next.json).toMatchObject({ data: [{ deck: "networks" }], nextCursor: null });
  expect((await get("/networks")).json).toMatchObject({ deck: "networks", noticeDays: null });
});

test("200: the rows of the version in force, and of one that is named, page by page", async () => {
  expect(await rowsOf("/atlas/rows")).toEqual(["33 0.03", "49 0.011"]);
  expect(await rowsOf("/atlas/rows?version=2025-01-01")).toEqual(["49 0.01", "4915 0.02", "881 5"]);
  expect(await rowsOf("/atlas/rows?version=2027-01-01")).toEqual(["49 0.01", "4915 0.02", "881 5"]);
  const seen: string[] = [];
  let cursor = "";
  for (;;) {
    const { json } = await get(`/atlas/rows?version=2025-01-01&limit=1${cursor}`);
    seen.push(...listOf(json.data).map((row) => (row as { key: string }).key));
    if (json.nextCursor === null) break;
    cursor = `&cursor=${String(json.nextCursor)}`;
  }
  expect(seen).toEqual(["49", "4915", "881"]);
});

test("200: which row a number gets, and what scheduled versions make of it", async () => {
  const { status, json } = await get("/atlas/lookup?number=%2B4915112345678");
  expect(status).toBe(200);
  expect(json).toEqual({
    deck: "atlas",
    number: "4915112345678",
    at: "2026-10-20T12:00:00Z",
    version: "2026-10-01",
    row: { key: "49", name: "Germany", rate: "0.011" },
    matching: [{ key: "49", name: "Germany", rate: "0.011" }],
    scheduled: [{ from: "2027-01-01", row: { key: "4915", name: "Germany mobile", rate: "0.02" } }],
  });
  const before = await get("/atlas/lookup?number=4915112345678&at=2025-06-01");
  expect(before.json).toMatchObject({ version: "2025-01-01", row: { key: "4915" } });
  const nobody = await get("/atlas/lookup?number=1212");
  expect(nobody.json).toMatchObject({ row: null, matching: [] });
  const network = await get("/networks/lookup?number=262-02");
  expect(network.json).toMatchObject({ row: { key: "262", rate: "0.07" } });
});

test("200: a list is compared and stored only when told to", async () => {
  const list = "Prefix;Ziel;EUR/min\n49;Deutschland;0,010\n33;Frankreich;0,03\n34;Spanien;0,05\n";
  const mapping = 'decimal: ","\ncolumns: { rate: EUR/min, name: Ziel }';
  const query = { from: "2026-11-05", mapping };
  const dry = await send("atlas", { ...query, dryRun: "true" }, { list });
  expect(dry.status).toBe(200);
  expect(dry.json).toMatchObject({
    deck: "atlas",
    created: false,
    dryRun: true,
    revision: 1,
    records: 3,
    columnsNotRead: [],
    versions: [
      {
        from: "2026-11-05",
        against: "2026-10-01",
        followedBy: "2027-01-01",
        rows: 3,
        counts: { added: 1, decreased: 1, otherwise: 1, deleted: 0 },
        shortNotice: 0,
        dearerFrom: "2026-10-27",
        findings: [],
      },
    ],
  });
  const [{ changes }] = listOf(dry.json.versions) as [{ changes: readonly object[] }];
  expect(changes[0]).toMatchObject({ key: "49", change: "decreased", percent: "-9.1" });
  const tag = { "if-match": dry.headers.get("etag")! };
  const packed = { ...tag, "content-encoding": "gzip" };
  const done = await send("atlas", query, { list: gzipSync(list), headers: packed });
  expect([done.status, done.json.dryRun, done.json.revision]).toEqual([200, false, 2]);
  expect(await rowsOf("/atlas/rows?version=2026-11-05")).toEqual(["33 0.03", "34 0.05", "49 0.01"]);
  const late = await send("atlas", { from: "2026-11-06" }, { list, headers: tag });
  expect([late.status, late.json.code]).toEqual([412, "catalogue.changed"]);
});

test("200: an older version comes back as a new one", async () => {
  const body = { to: "2025-01-01", from: "2026-12-05", listed: 1 };
  const { status, json } = await server.ask("POST", "/v1/decks/atlas/rollback", { json: body });
  expect(status).toBe(200);
  expect(json).toMatchObject({ dryRun: false, versions: [{ from: "2026-12-05", rows: 3 }] });
  expect(await rowsOf("/atlas/rows?version=2026-12-05")).toEqual(["49 0.01", "4915 0.02", "881 5"]);
});

test("200: a list that counts from the past tells the re-rating that it calls for", async () => {
  const sent = await server.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents+json" },
    body: JSON.stringify(smsEvent("sms-1")),
  });
  expect(sent.json).toMatchObject({ outcome: "accepted" });
  const list = "network,rate\n262,0.07\n262-01,0.08\n+49,0.05\n";
  const { status, json } = await send("networks", { from: "2026-10-15" }, { list });
  expect([status, json.code]).toEqual([200, undefined]);
  expect(json.reratings).toMatchObject([{ agreements: ["acme"], events: 1 }]);
});

test("200: a list makes a deck that did not exist", async () => {
  const query = { from: "2026-11-01", create: "true", currency: "USD", increments: "60/1" };
  const made = await send("nova", query, { list: FIRST });
  expect([made.status, made.json.created]).toEqual([200, true]);
  expect((await get("/nova")).json).toMatchObject({
    key: "prefix",
    currency: "USD",
    per: "minute",
  });
  const { json } = await get("/nova/rows?version=2026-11-01&limit=1");
  expect(json.data).toEqual([
    { key: "49", name: "Germany", rate: "0.01", initialIncrement: 60, subsequentIncrement: 1 },
  ]);
  const again = await send("nova", query, { list: FIRST });
  expect([again.status, again.json.code]).toEqual([409, "deck.exists"]);
});

test("200: a long list is worked on in a thread of its own, which refuses as the server does", async () => {
  const rows = Array.from({ length: 20_000 }, (_, n) => `${100_000 + n},Somewhere,0.0${1 + n}\n`);
  const list = `key,name,rate\n${rows.join("")}`;
  const query = { from: "2026-11-01", create: "true", currency: "EUR" };
  const { status, json } = await send("long", query, { list });
  expect([status, json.records]).toEqual([200, 20_000]);
  expect(await rowsOf("/long/rows?version=2026-11-01&limit=1")).toEqual(["100000 0.01"]);
  const again = await send("long", { from: "2026-11-01" }, { list });
  expect([again.status, again.json.code]).toEqual([409, "deck.unchanged"]);
});

test.each<
  [status: number, code: string, deck: string, query: Record<string, string>, list: string]
>([
  [404, "deck.unknown", "nothing", {}, FIRST],
  [409, "deck.unchanged", "atlas", { from: "2026-10-15" }, SECOND],
  [409, "deck.version-exists", "atlas", { from: "2027-01-01" }, SECOND],
  [409, "deck.notice-too-short", "atlas", { from: "2026-10-22" }, SECOND.replace("0.011", "1")],
  [422, "deck.list-invalid", "atlas", {}, "key,rate\n49,free\n"],
  [422, "deck.delimiter-unclear", "atlas", {}, "nothing"],
  [422, "deck.file-not-csv", "atlas", {}, "PK\u0003\u0004"],
  [422, "deck.mapping-invalid", "atlas", { mapping: "decimal: x" }, FIRST],
  [422, "deck.increments-malformed", "atlas", { increments: "0/1" }, FIRST],
  [422, "deck.new-unclear", "atlas", { currency: "EUR" }, FIRST],
  [422, "deck.new-unclear", "later", { create: "true" }, FIRST],
  [422, "currency.unknown", "later", { create: "true", currency: "XYZ" }, FIRST],
  [422, "unit.unknown", "later", { create: "true", currency: "EUR", per: "mile" }, FIRST],
  [422, "id.malformed", "La%20ter", { create: "true", currency: "EUR" }, FIRST],
  [422, "date.malformed", "atlas", { notified: "yesterday" }, FIRST],
  [400, "request.invalid", "atlas", { what: "1" }, FIRST],
])("%d %s: import into %s, %j", async (status, code, deck, query, list) => {
  const answer = await send(deck, { from: "2026-11-20", ...query }, { list });
  expect([answer.status, answer.json.code]).toEqual([status, code]);
});

test("422: problems of a list are told with their lines", async () => {
  const { json } = await send("atlas", { from: "2026-11-20" }, { list: "key,rate\n49,free\n" });
  expect(json.context).toMatchObject({ problems: [{ line: 2, code: "deck.price-malformed" }] });
});

test.each<[status: number, code: string, path: string]>([
  [404, "deck.unknown", "/nothing"],
  [404, "deck.unknown", "/nothing/rows"],
  [404, "deck.unknown", "/nothing/lookup?number=49"],
  [404, "deck.version-unknown", "/atlas/rows?version=2020-01-01"],
  [422, "deck.number-malformed", "/atlas/lookup?number=abc"],
  [400, "request.cursor-malformed", "/atlas/rows?cursor=eA"],
])("%d %s: %s", async (status, code, path) => {
  const answer = await get(path);
  expect([answer.status, answer.json.code]).toEqual([status, code]);
});

test("403: reading needs catalogue:read, importing and rolling back catalogue:write", async () => {
  const reader = await server.makeKey(["catalogue:read"]);
  const imported = await send("atlas", { from: "2026-11-20" }, { list: FIRST, key: reader });
  expect([imported.status, imported.json.code]).toEqual([403, "key.scope-missing"]);
  const json = { to: "2025-01-01", from: "2026-12-05" };
  const options = { key: reader, json };
  expect((await server.ask("POST", "/v1/decks/atlas/rollback", options)).status).toBe(403);
  expect((await server.ask("GET", "/v1/decks", { key: reader })).status).toBe(200);
  const writer = await server.makeKey(["catalogue:write"]);
  expect((await server.ask("GET", "/v1/decks", { key: writer })).status).toBe(403);
});

test("404: rolling back needs a version to go back to", async () => {
  const json = { to: "2020-01-01", from: "2026-12-08" };
  const answer = await server.ask("POST", "/v1/decks/atlas/rollback", { json });
  expect([answer.status, answer.json.code]).toEqual([404, "deck.version-unknown"]);
});

/** How long a machine that is busy may take. */
const PATIENCE = { timeout: 20_000 };

test("503: of lists that wait for their turn there are four; the next one comes again", async () => {
  const query = { from: "2026-11-20", dryRun: "true" };
  const ask = async () => (await send("atlas", query, { list: FIRST })).json.code;
  const address = `${server.address}/v1/decks/atlas/imports?${new URLSearchParams(query)}`;
  const headers = { authorization: `Bearer ${server.key}`, "content-type": "text/csv" };
  // They never end: the one that comes last finds four before it.
  const slow = Array.from({ length: 5 }, () => {
    const sending = request(address, { method: "POST", headers }).on("error", () => undefined);
    sending.write("key,name,rate\n");
    return sending;
  });
  const first = slow.map(async (sending) => {
    const [answer] = (await once(sending, "response")) as [IncomingMessage];
    return answer.statusCode;
  });
  expect(await Promise.race(first)).toBe(503);
  for (const sending of slow) sending.destroy();
  await Promise.allSettled(first);
  await expect.poll(ask, PATIENCE).toBe(undefined);
});

test("413: a list of more than 32 MiB is refused while it comes", async () => {
  const list = Buffer.alloc(32 * 1024 * 1024 + 1, "1");
  const answer = await send("atlas", { from: "2026-11-20" }, { list });
  expect([answer.status, answer.json.code]).toEqual([413, "deck.file-too-large"]);
});

test("415: a list that is not sent as CSV is not taken for one", async () => {
  const headers = { "content-type": "application/json" };
  const answer = await send("atlas", { from: "2026-11-20" }, { list: "{}", headers });
  expect([answer.status, answer.json.code]).toEqual([415, "request.media-type"]);
});
