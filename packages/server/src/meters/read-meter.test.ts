import { afterAll, beforeAll, expect, test } from "vitest";
import { listOf } from "../../test/read-json.ts";
import { startTestServer, TEST_BUNDLE, type TestServer } from "../../test/test-server.ts";

const CALLS = {
  voice: {
    id: "voice",
    on: "voice.call",
    price: { model: "perUnit", rate: "0.06", per: "minute" },
  },
};

const BUNDLE = {
  ...TEST_BUNDLE,
  accounts: { ...TEST_BUNDLE.accounts, "acme-two": { party: "acme" } },
  plans: {
    basic: { terms: [...TEST_BUNDLE.plans.basic.terms, CALLS.voice] },
  },
  agreements: {
    ...TEST_BUNDLE.agreements,
    acme: { ...TEST_BUNDLE.agreements.acme, accounts: ["acme-otp", "acme-two"] },
  },
  meters: {
    calls: { on: "voice.call", aggregation: "count", by: ["country", "status"] },
    answered: {
      on: "voice.call",
      where: { status: "answered" },
      aggregation: "count",
      by: ["country"],
    },
    longCalls: {
      on: "voice.call",
      filter: 'quantities.milliseconds >= 60 * 1000 && dimensions.country != "US"',
      aggregation: "count",
    },
    minutes: { on: "voice.call", aggregation: "sum", of: "milliseconds", by: ["country"] },
    callers: { on: "voice.call", aggregation: "uniqueCount", of: "from" },
    peakCalls: { on: "voice.call", aggregation: "peakConcurrent", of: "milliseconds" },
    p95: { on: "voice.call", aggregation: "percentile", percentile: "95", of: "milliseconds" },
    answerRate: { title: "Answer rate", derive: "100 * answered / calls" },
    perCall: { derive: "calls > 0 ? minutes / calls : minutes" },
  },
};

let server: TestServer;

/** Start in minutes of 10:00, length in seconds, caller, called. */
const ROWS = [
  ["acme-otp", 0, 120, "+4930111111", "+4930999999"],
  ["acme-otp", 1, 30, "+4930222222", "+4930999999"],
  ["acme-two", 1, 90, "+4930111111", "+33140000000"],
  ["acme-two", 5, 0, "+4930333333", "+33140000000"],
] as const;

beforeAll(async () => {
  server = await startTestServer({ bundle: BUNDLE });
  const events = ROWS.map(([subject, minute, seconds, from, to], at) => ({
    specversion: "1.0",
    id: `call-${at}`,
    source: "switch",
    type: "voice.call",
    subject,
    time: `2026-10-05T10:0${minute}:00Z`,
    data: {
      direction: "outbound",
      from,
      to,
      status: seconds > 0 ? "answered" : "busy",
      durationSeconds: seconds,
    },
  }));
  const { status } = await server.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents-batch+json" },
    json: events,
  });
  expect(status).toBe(200);
});
afterAll(() => server.close());

const RANGE = "from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z";

async function values(meter: string, more = ""): Promise<unknown> {
  const { json } = await server.ask("GET", `/v1/meters/${meter}/values?${RANGE}${more}`);
  return json.data ?? json.code;
}

test.each`
  meter           | value
  ${"calls"}      | ${"4"}
  ${"answered"}   | ${"3"}
  ${"longCalls"}  | ${"2"}
  ${"minutes"}    | ${"240000"}
  ${"callers"}    | ${"3"}
  ${"peakCalls"}  | ${"3"}
  ${"p95"}        | ${"120000"}
  ${"answerRate"} | ${"75"}
  ${"perCall"}    | ${"60000"}
`("$meter of the four calls is $value", async ({ meter, value }) => {
  expect(await values(meter)).toEqual([{ group: {}, value }]);
});

test("a meter is split by its dimensions, a derived one by those that its meters share", async () => {
  expect(await values("answerRate", "&groupBy=country")).toEqual([
    { group: { country: "DE" }, value: "100" },
    { group: { country: "FR" }, value: "50" },
  ]);
  expect(await values("calls", "&groupBy=account,day")).toEqual([
    { group: { account: "acme-otp", day: "2026-10-05" }, value: "2" },
    { group: { account: "acme-two", day: "2026-10-05" }, value: "2" },
  ]);
  expect(await values("answerRate", "&groupBy=status")).toBe("meter.group-unknown");
});

test("a meter is read of one account, and of a range without events", async () => {
  expect(await values("callers", "&account=acme-two")).toEqual([{ group: {}, value: "2" }]);
  const empty = "/v1/meters/perCall/values?from=2026-09-01T00:00:00Z&to=2026-10-01T00:00:00Z";
  const { json } = await server.ask("GET", empty);
  expect(json.data).toEqual([{ group: {}, value: "0" }]);
});

test("a division by zero, a meter that is not there and an empty range are refused", async () => {
  const { json } = await server.ask(
    "GET",
    "/v1/meters/answerRate/values?from=2026-09-01T00:00:00Z&to=2026-10-01T00:00:00Z",
  );
  expect(json.code).toBe("meter.expression-failed");
  expect(await values("nosuch")).toBe("meter.unknown");
  const backwards = "/v1/meters/calls/values?from=2026-11-01T00:00:00Z&to=2026-10-01T00:00:00Z";
  expect((await server.ask("GET", backwards)).json.code).toBe("meter.range-empty");
});

test("the meters are listed", async () => {
  const { json } = await server.ask("GET", "/v1/meters");
  expect(json.data).toHaveLength(9);
  expect(listOf(json.data)[0]).toMatchObject({
    name: "answerRate",
    derive: "100 * answered / calls",
  });
});

test("a meter counts events as they stand: voided ones not, corrected ones as they say", async () => {
  const json = { reason: "a test" };
  await server.ask("POST", "/v1/events/switch%2Fcall-1/void", { json });
  await server.ask("POST", "/v1/events/switch%2Fcall-3/void", { json });
  await server.ask("POST", "/v1/events/switch%2Fcall-3/restore", { json });
  const event = {
    specversion: "1.0",
    id: "call-2",
    source: "switch",
    type: "voice.call",
    subject: "acme-two",
    time: "2026-10-05T10:01:00Z",
    data: {
      direction: "outbound",
      from: "+4930111111",
      to: "+33140000000",
      status: "answered",
      durationSeconds: 60,
    },
  };
  const right = { json: { ...json, event } };
  expect((await server.ask("POST", "/v1/events/switch%2Fcall-2/correction", right)).status).toBe(
    200,
  );
  expect(await values("calls")).toEqual([{ group: {}, value: "3" }]);
  // 120 s and, corrected from 90, 60 s; the busy one is none.
  expect(await values("minutes")).toEqual([{ group: {}, value: "180000" }]);
  expect(await values("callers")).toEqual([{ group: {}, value: "2" }]);
});
