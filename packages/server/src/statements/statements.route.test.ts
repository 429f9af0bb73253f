/** From events to statements and back to the events, over HTTP. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { cursorOf, listOf, objectOf, textOf } from "../../test/read-json.ts";
import { smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const september = { time: "2026-09-15T10:00:00Z" };
  const events = Array.from({ length: 5 }, (_, at) => smsEvent(`september-${at}`, september));
  await send([
    ...events,
    smsEvent("october-1"),
    smsEvent("waits", { ...september, subject: "AC2" }),
  ]);
});
afterAll(() => server.close());

function send(events: readonly unknown[]) {
  return server.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents-batch+json" },
    body: JSON.stringify(events),
  });
}

test("200: an agreement shows what it comes to, the moment the event is acknowledged", async () => {
  const running = async () => (await server.ask("GET", "/v1/agreements/acme/running")).json;
  expect(await running()).toMatchObject({
    agreement: "acme",
    period: "2026-10",
    kind: "invoice",
    currency: "EUR",
    total: "5.06",
    lines: [
      { term: "sms", title: "SMS", dimensions: { country: "DE" }, events: "1", money: "0.01" },
      { term: "fee", money: "5.00" },
      // A month that was never closed is stated with the first one that is.
      { servicePeriod: "2026-09", term: "sms", events: "5", money: "0.05" },
    ],
  });
  await send([smsEvent("october-2")]);
  expect((await running()).total).toBe("5.07");
  const { json } = await server.ask("GET", "/v1/agreements/acme/running?period=2026-09");
  expect(json.total).toBe("5.05");
});

test("404: there is no such agreement", async () => {
  for (const path of ["/v1/agreements/nobody", "/v1/agreements/nobody/running"]) {
    const { status, json } = await server.ask("GET", path);
    expect([path, status, json.code]).toEqual([path, 404, "agreement.unknown"]);
  }
});

test("200: agreements are listed by id, page by page and by role", async () => {
  const first = await server.ask("GET", "/v1/agreements?limit=1");
  expect(first.json.data).toMatchObject([{ id: "acme", role: "customer", seller: null }]);
  const second = await server.ask("GET", `/v1/agreements?limit=1&cursor=${first.json.nextCursor}`);
  expect(second.json).toMatchObject({ data: [{ id: "finder" }], nextCursor: null });
  const { json } = await server.ask("GET", "/v1/agreements?role=referrer");
  expect(listOf(json.data).map(({ id }) => id)).toEqual(["finder"]);
  expect((await server.ask("GET", "/v1/agreements/acme")).json).toMatchObject({
    id: "acme",
    party: "acme",
  });
});

test("409: a period with quarantined events is not closed, unless told otherwise", async () => {
  const { status, json } = await server.ask("POST", "/v1/periods/2026-09/close");
  expect([status, json.code]).toEqual([409, "close.quarantined"]);
  expect(objectOf(json.context).reasons).toMatchObject([
    { code: "event.account-unknown", count: 1 },
  ]);
});

test("409: a month that no event is of is closed only when it is confirmed", async () => {
  const own = await startTestServer();
  try {
    const path = "/v1/periods/2026-09/close";
    const { status, json } = await own.ask("POST", path);
    expect([status, json.code]).toEqual([409, "close.doubtful"]);
    expect(json.context).toMatchObject({ period: "2026-09", doubts: ["noUsage"] });
    const confirmed = await own.ask("POST", `${path}?confirmed=true`);
    expect([confirmed.status, listOf(confirmed.json.statements).length]).toEqual([200, 2]);
  } finally {
    await own.close();
  }
});

test("200: with dryRun the statements are worked out and not stored", async () => {
  const { status, json } = await server.ask("POST", "/v1/periods/2026-09/close?dryRun=true");
  expect(status).toBe(200);
  expect(json).toMatchObject({
    dryRun: true,
    statements: [
      { id: "stm_2026-09_acme", total: "5.05", currency: "EUR", role: "customer", lines: 2 },
      { id: "stm_2026-09_finder", role: "referrer" },
    ],
    quarantined: [{ code: "event.account-unknown", count: 1 }],
  });
  expect((await server.ask("GET", "/v1/statements")).json.data).toEqual([]);
});

test("200: a period is closed once, however often that is asked for", async () => {
  const headers = { "idempotency-key": "close-1" };
  const path = "/v1/periods/2026-09/close?despiteQuarantine=true";
  const first = await server.ask("POST", path, { headers });
  expect([first.status, listOf(first.json.statements).length]).toEqual([200, 2]);
  const again = await server.ask("POST", path, { headers });
  expect([again.status, again.json.statements, again.json.already]).toEqual([200, [], 2]);
  const { json } = await server.ask("GET", "/v1/statements?period=2026-09&limit=1");
  expect(json.data).toMatchObject([{ id: "stm_2026-09_acme", total: "5.05" }]);
  const next = await server.ask(
    "GET",
    `/v1/statements?period=2026-09&limit=1&cursor=${json.nextCursor}`,
  );
  expect(next.json).toMatchObject({ data: [{ agreement: "finder" }], nextCursor: null });
});

test("200: a month that is not over is left", async () => {
  const { status, json } = await server.ask("POST", "/v1/periods/2026-10/close");
  expect([status, json.statements]).toEqual([200, []]);
  expect(json.left).toMatchObject([
    { agreement: "acme", until: "2026-10-31T23:00:00Z" },
    { agreement: "finder" },
  ]);
});

test("422: statements are listed of a month, not of what is none", async () => {
  for (const period of ["2026-13", "2026-1", "october"]) {
    const { status, json } = await server.ask("GET", `/v1/statements?period=${period}`);
    expect([period, status, json.code]).toEqual([period, 422, "period.malformed"]);
  }
});

test("422: a period is a month", async () => {
  const { status, json } = await server.ask("POST", "/v1/periods/2026-13/close");
  expect([status, json.code]).toEqual([422, "period.malformed"]);
});

test("200: a statement is read as JSON, and as CSV by Accept or by format", async () => {
  const { json } = await server.ask("GET", "/v1/statements/stm_2026-09_acme");
  expect(json).toMatchObject({ id: "stm_2026-09_acme", total: "5.05" });
  const sum = listOf(json.lines).reduce((total, { money }) => total + Number(money) * 100, 0);
  expect(Math.round(sum)).toBe(505);
  const path = "/v1/statements/stm_2026-09_acme";
  const byAccept = await server.ask("GET", path, { headers: { accept: "text/csv" } });
  const byFormat = await server.ask("GET", `${path}?format=csv`);
  expect(byAccept.headers.get("content-type")).toMatch(/^text\/csv/);
  expect(byAccept.text).toBe(byFormat.text);
  expect(byAccept.text.split("\n")[1]).toMatch(/^stm_2026-09_acme,acme,2026-09,1,/);
});

test("404: there is no such statement, and no such line", async () => {
  const statement = await server.ask("GET", "/v1/statements/stm_2020-01_acme");
  expect([statement.status, statement.json.code]).toEqual([404, "statement.unknown"]);
  for (const what of ["explanation", "events"]) {
    const { status, json } = await server.ask(
      "GET",
      `/v1/statements/stm_2026-09_acme/lines/99/${what}`,
    );
    expect([status, json.code]).toEqual([404, "explain.not-found"]);
  }
});

test("200: a line leads to its events, and each of them to its explanation", async () => {
  const line = "/v1/statements/stm_2026-09_acme/lines/1";
  const { json: explained } = await server.ask("GET", `${line}/explanation`);
  expect(explained).toMatchObject({ kind: "line", term: "sms", events: "5", now: "0.05" });
  const keys: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `&cursor=${cursor}`;
    const { status, json } = await server.ask("GET", `${line}/events?limit=2${query}`);
    expect(status).toBe(200);
    keys.push(...listOf(json.data).map(({ event }) => textOf(event)));
    cursor = cursorOf(json);
  } while (cursor !== null);
  expect(new Set(keys).size).toBe(5);
  const event = await server.ask("GET", `/v1/events/${keys[0]}`);
  expect(event.json).toMatchObject({ state: "accepted", key: keys[0], account: "acme-otp" });
  expect(event.json.charges).toMatchObject([
    { agreement: "acme", amount: "0.01", currency: "EUR" },
    { agreement: "finder", amount: "0.001" },
  ]);
  const explanation = await server.ask("GET", `/v1/events/${keys[0]}/explanation`);
  expect(listOf(explanation.json.charges)[0]!.sentence).toContain("0.01");
});

test("200: an event is found by its source and id too, also while it waits", async () => {
  const { status, json } = await server.ask("GET", "/v1/events/switch%2Fwaits");
  expect([status, json]).toMatchObject([
    200,
    { state: "quarantined", code: "event.account-unknown" },
  ]);
  const { json: explained } = await server.ask("GET", "/v1/events/switch%2Fwaits/explanation");
  expect(explained.cure).not.toBe("");
});

test("404: there is no such event", async () => {
  for (const path of ["/v1/events/switch%2Fnone", "/v1/events/none/explanation"]) {
    const { status, json } = await server.ask("GET", path);
    expect([path, status, json.code]).toEqual([path, 404, "explain.not-found"]);
  }
});

test("200: everything that was received is accounted for", async () => {
  const { status, json } = await server.ask("GET", "/v1/completeness");
  expect([status, json.complete, json.imbalances]).toEqual([200, true, []]);
  expect(json.data).toMatchObject([
    { source: "switch", received: "8", accepted: "7", quarantined: "1", events: "7", pending: "1" },
  ]);
});

test("200: margin is what the provider keeps of a month", async () => {
  const { status, json } = await server.ask("GET", "/v1/margin?period=2026-09");
  expect([status, json.currency]).toEqual([200, "EUR"]);
  const sms = listOf(json.channels).find(({ channel }) => channel === "sms.outbound");
  expect(sms).toMatchObject({ charges: "5", revenue: "0.05", shares: "0.005", margin: "0.045" });
});

test("200: usage by day and country", async () => {
  const span = "from=2026-09-01T00:00:00Z&to=2026-11-01T00:00:00Z";
  const { status, json } = await server.ask(
    "GET",
    `/v1/usage?${span}&groupBy=month,country&where=account=acme-otp`,
  );
  expect(status).toBe(200);
  expect(json.data).toMatchObject([
    { group: { month: "2026-09" }, type: "sms.message", events: "5", quantity: "5" },
    { group: { month: "2026-10" }, type: "sms.message", events: "2", quantity: "2" },
  ]);
  const first = await server.ask("GET", `/v1/usage?${span}&groupBy=month&limit=1`);
  const second = await server.ask(
    "GET",
    `/v1/usage?${span}&groupBy=month&limit=1&cursor=${first.json.nextCursor}`,
  );
  expect([listOf(first.json.data)[0]!.events, listOf(second.json.data)[0]!.events]).toEqual([
    "5",
    "2",
  ]);
});

test("422: usage is grouped by what it is kept by", async () => {
  const path = "/v1/usage?from=2026-09-01T00:00:00Z&to=2026-11-01T00:00:00Z";
  const { status, json } = await server.ask("GET", `${path}&groupBy=a%20b`);
  expect([status, json.code]).toEqual([422, "usage.group-unknown"]);
  const without = await server.ask("GET", "/v1/usage?from=2026-09-01&to=2026-11-01T00:00:00Z");
  expect([without.status, without.json.code]).toEqual([422, "instant.malformed"]);
});

test("200: the quarantine is listed, counted by reason and tried again", async () => {
  const { json } = await server.ask("GET", "/v1/quarantine?source=switch");
  expect(json.data).toMatchObject([
    { id: "waits", code: "event.account-unknown", detail: "AC2", state: "pending" },
  ]);
  const summary = await server.ask("GET", "/v1/quarantine/summary");
  expect(summary.json.data).toMatchObject([
    { code: "event.account-unknown", count: 1, samples: ["AC2"] },
  ]);
  expect(listOf(summary.json.data)[0]!.sentence).toContain("account");
  const replay = await server.ask("POST", "/v1/quarantine/replay", {
    json: { codes: ["event.account-unknown"] },
  });
  expect([replay.status, replay.json]).toEqual([200, { tried: 1, released: 0 }]);
});

test("400: a cursor is one that was answered", async () => {
  for (const path of ["/v1/quarantine", "/v1/statements/stm_2026-09_acme/lines/1/events"]) {
    const { status, json } = await server.ask("GET", `${path}?cursor=bm9uZQ`);
    expect([path, status, json.code]).toEqual([path, 400, "request.cursor-malformed"]);
  }
});
