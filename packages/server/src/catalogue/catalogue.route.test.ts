import { afterAll, beforeAll, expect, test } from "vitest";
import { listOf } from "../../test/read-json.ts";
import { smsEvent, startTestServer, TEST_BUNDLE, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function etag(): Promise<string> {
  return (await server.ask("GET", "/v1/catalogue")).headers.get("etag")!;
}

test("200, 304: the catalogue in force comes with its revision as ETag", async () => {
  const { status, json, headers } = await server.ask("GET", "/v1/catalogue");
  expect(status).toBe(200);
  expect(json).toMatchObject({ provider: TEST_BUNDLE.provider, accounts: TEST_BUNDLE.accounts });
  const known = { "if-none-match": headers.get("etag")! };
  const again = await server.ask("GET", "/v1/catalogue", { headers: known });
  expect([again.status, again.text]).toEqual([304, ""]);
});

test("200: applying what is in force changes nothing", async () => {
  const before = await etag();
  const { status, json } = await server.ask("POST", "/v1/catalogue", { json: TEST_BUNDLE });
  expect([status, json.changes]).toEqual([200, []]);
  expect(await etag()).toBe(before);
});

test("200: with dryRun the difference is shown and nothing is changed", async () => {
  const before = await etag();
  const bundle = { ...TEST_BUNDLE, parties: { ...TEST_BUNDLE.parties, late: { name: "Late" } } };
  const { status, json } = await server.ask("POST", "/v1/catalogue?dryRun=true", { json: bundle });
  expect([status, json.dryRun]).toEqual([200, true]);
  expect(json.changes).toMatchObject([{ kind: "party", id: "late", change: "added" }]);
  expect(await etag()).toBe(before);
});

test("200: what was published holds for the next event", async () => {
  const send = (id: string) =>
    server.ask("POST", "/v1/events", {
      headers: { "content-type": "application/cloudevents+json" },
      body: JSON.stringify(smsEvent(id, { subject: "acme-new" })),
    });
  expect((await send("before")).status).toBe(202);
  const agreement = { ...TEST_BUNDLE.agreements.acme, accounts: ["acme-otp", "acme-new"] };
  const agreements = { ...TEST_BUNDLE.agreements, acme: agreement };
  const accounts = { ...TEST_BUNDLE.accounts, "acme-new": { party: "acme" } };
  const { status } = await server.ask("POST", "/v1/catalogue", {
    json: { ...TEST_BUNDLE, accounts, agreements },
  });
  expect(status).toBe(200);
  expect((await send("after")).json).toEqual({ id: "after", outcome: "accepted" });
  const replay = await server.ask("POST", "/v1/quarantine/replay", { json: {} });
  expect(replay.json.tried).toBeLessThanOrEqual(1); // the server may have been first
  expect((await send("before")).json).toMatchObject({ outcome: "duplicate", first: "accepted" });
});

test("200: one object is put in its place, the rest stays", async () => {
  const headers = { "if-match": await etag() };
  const party = { name: "Newcomer", country: "DE" };
  const {
    status,
    json,
    headers: answered,
  } = await server.ask("PUT", "/v1/catalogue/parties/newcomer", { headers, json: party });
  expect([status, listOf(json.changes).length]).toEqual([200, 1]);
  const read = await server.ask("GET", "/v1/catalogue/parties/newcomer");
  expect([read.status, read.json]).toEqual([200, party]);
  expect(read.headers.get("etag")).toBe(answered.get("etag"));
  expect((await server.ask("GET", "/v1/catalogue/accounts/acme-otp")).status).toBe(200);
});

test("200: a deck brings its rows as CSV, and keeps them by their hash", async () => {
  const deck = {
    key: "prefix",
    currency: "EUR",
    per: "minute",
    versions: [{ from: "2026-01-01", csv: "key,rate\n49,0.01\n" }],
  };
  const put = (json: unknown) =>
    etag().then((tag) =>
      server.ask("PUT", "/v1/catalogue/decks/voice", { headers: { "if-match": tag }, json }),
    );
  expect((await put(deck)).status).toBe(200);
  const { json: kept } = await server.ask("GET", "/v1/catalogue/decks/voice");
  expect(listOf(kept.versions)[0]!.rows).toMatch(/^[0-9a-f]{64}$/);
  const again = await put(kept);
  expect([again.status, again.json.changes]).toEqual([200, []]);
  const unknown = await put({ ...kept, versions: [{ from: "2026-01-01", rows: "0".repeat(64) }] });
  expect([unknown.status, listOf(unknown.json.errors)[0]!.code]).toEqual([
    422,
    "catalogue.rows-unknown",
  ]);
});

test("200, 422: a large deck is applied beside the server's work, with the same answers", async () => {
  const rows = Array.from({ length: 40_000 }, (_, n) => `${1_000_000 + n},0.0${n % 900}1`);
  const deck = (lines: readonly string[]) => ({
    key: "prefix",
    currency: "EUR",
    per: "minute",
    versions: [{ from: "2026-01-01", csv: ["key,rate", ...lines].join("\n") }],
  });
  const put = async (lines: readonly string[]) => {
    const headers = { "if-match": await etag() };
    return server.ask("PUT", "/v1/catalogue/decks/large", { headers, json: deck(lines) });
  };
  const broken = await put([...rows, "1,free"]);
  expect([broken.status, broken.json.code]).toEqual([422, "catalogue.invalid"]);
  expect(broken.json.errors).toMatchObject([{ pointer: "/decks/large/versions/0/csv" }]);
  const { status, json } = await put(rows);
  expect(status).toBe(200);
  expect(listOf(json.changes)[0]).toMatchObject({ id: "large", change: "added" });
  const kept = await server.ask("GET", "/v1/catalogue/decks/large");
  expect(listOf(kept.json.versions)[0]!.rows).toMatch(/^[0-9a-f]{64}$/);
}, 60_000);

test("412: what somebody else has changed since is not overwritten", async () => {
  const headers = { "if-match": '"1"' };
  for (const [method, path] of [
    ["PUT", "/v1/catalogue/parties/acme"],
    ["POST", "/v1/catalogue"],
  ] as const) {
    const { status, json } = await server.ask(method, path, { headers, json: { name: "Other" } });
    expect([method, status, json.code]).toEqual([method, 412, "catalogue.changed"]);
  }
});

test("428: one object is changed only with the revision that was read", async () => {
  const { status, json } = await server.ask("PUT", "/v1/catalogue/parties/acme", {
    json: { name: "A" },
  });
  expect([status, json.code]).toEqual([428, "request.precondition-missing"]);
});

test("422: every problem is told at once, with a pointer to its place", async () => {
  const bundle = {
    ...TEST_BUNDLE,
    accounts: { lost: { party: "nobody" } },
    agreements: {
      ...TEST_BUNDLE.agreements,
      acme: { ...TEST_BUNDLE.agreements.acme, currency: "XXZ" },
    },
    surprise: 1,
  };
  const { status, json } = await server.ask("POST", "/v1/catalogue", { json: bundle });
  expect([status, json.code]).toEqual([422, "catalogue.invalid"]);
  expect(json.errors).toMatchObject([{ pointer: "/surprise", code: "catalogue.unknown-key" }]);
  const { surprise: _, ...known } = bundle;
  const second = await server.ask("POST", "/v1/catalogue", { json: known });
  const pointers = listOf(second.json.errors).map(({ pointer }) => pointer);
  expect(pointers).toEqual(
    expect.arrayContaining(["/accounts/lost/party", "/agreements/acme/currency"]),
  );
});

test("404: there is no such object", async () => {
  const { status, json } = await server.ask("GET", "/v1/catalogue/parties/nobody");
  expect([status, json.code]).toEqual([404, "catalogue.object-unknown"]);
  const inherited = await server.ask("GET", "/v1/catalogue/parties/constructor");
  expect(inherited.status).toBe(404);
});

test("400: there is no such kind", async () => {
  const { status, json } = await server.ask("GET", "/v1/catalogue/gadgets/x");
  expect([status, json.code]).toEqual([400, "request.invalid"]);
});

test("409: before the first catalogue there is none", async () => {
  const empty = await startTestServer({ bundle: null });
  const { status, json } = await empty.ask("GET", "/v1/catalogue");
  expect([status, json.code]).toEqual([409, "catalogue.empty"]);
  const applied = await empty.ask("POST", "/v1/catalogue", { json: TEST_BUNDLE });
  expect([applied.status, applied.json.revision]).toEqual([200, 1]);
  expect((await empty.ask("GET", "/readyz")).status).toBe(200);
  await empty.close();
});
