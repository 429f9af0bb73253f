import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, TEST_BUNDLE, type TestServer } from "../../test/test-server.ts";

const samples = JSON.parse(
  readFileSync(new URL("./fixtures/cloud-events.json", import.meta.url), "utf8"),
);

/** A catalogue that knows the conformance samples' type and takes their time. */
const BUNDLE = {
  ...TEST_BUNDLE,
  sources: { subcontext: { reader: "cloudevents", daysBack: 36_500, account: "acme-otp" } },
  eventTypes: {
    "com.example.someevent": {
      title: "Some event",
      schema: { type: "object", properties: { message: { type: "string" } } },
      channel: "example",
      quantities: { events: {} },
      dimensions: {},
    },
  },
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ bundle: BUNDLE });
});
afterAll(() => server.close());

/** Sources of the catalogue are ids; the samples' URI references are told by their last part. */
const attributes = { ...samples.attributes, source: "subcontext" };

test.each<string>(samples.structuredContentTypes)(
  "200: structured content mode (%s)",
  async (type) => {
    const id = `structured ${type}`;
    const event = { ...attributes, id, datacontenttype: "application/json", data: samples.data };
    const { status, json } = await server.ask("POST", "/v1/events", {
      headers: { "content-type": type },
      body: JSON.stringify(event, null, 2),
    });
    // No agreement prices it: it was read, identified and checked, and waits for that alone.
    expect([status, json]).toMatchObject([202, { id, code: "rating.no-agreement" }]);
  },
);

test.each<string>(samples.binaryContentTypes)("200: binary content mode (%s)", async (type) => {
  const headers = binaryHeaders(`binary ${type}`, { "content-type": type });
  const body = JSON.stringify(samples.data);
  const { status, json } = await server.ask("POST", "/v1/events", { headers, body });
  const waits = { id: `binary ${type}`, code: "rating.no-agreement" };
  expect([status, json]).toMatchObject([202, waits]);
});

test("200: the same event in both modes is one event", async () => {
  const event = { ...attributes, id: "both", data: samples.data };
  const structured = await server.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents+json" },
    body: JSON.stringify(event),
  });
  expect(structured.status).toBe(202);
  const headers = binaryHeaders("both");
  const body = JSON.stringify(samples.data);
  const binary = await server.ask("POST", "/v1/events", { headers, body });
  expect(binary.json).toEqual({ id: "both", outcome: "duplicate", first: "quarantined" });
});

test.each<{ id: string; datacontenttype: string; data: string }>(samples.minimum)(
  "$datacontenttype without a time is refused ($id)",
  async (sample) => {
    const { status, json } = await server.ask("POST", "/v1/events", {
      headers: {
        "content-type": sample.datacontenttype,
        "ce-specversion": "1.0",
        "ce-type": samples.minimumType,
        "ce-source": samples.minimumSource,
        "ce-id": sample.id,
      },
      body: sample.data,
    });
    const isJson = sample.datacontenttype.startsWith("application/json");
    expect([status, json.code]).toEqual(
      isJson ? [400, "event.time-missing"] : [415, "request.media-type"],
    );
  },
);

test("400: binary content mode with another ce-specversion than 1.0", async () => {
  const headers = binaryHeaders("other version", { "ce-specversion": "2.0" });
  const { status, json } = await server.ask("POST", "/v1/events", { headers, body: "{}" });
  expect([status, json.code]).toEqual([400, "event.specversion-unknown"]);
});

test("202: in binary content mode as in any other, specversion may be left out", async () => {
  const { "ce-specversion": _, ...headers } = binaryHeaders("no version");
  const { status, json } = await server.ask("POST", "/v1/events", { headers, body: "{}" });
  expect([status, json.code]).toEqual([202, "rating.no-agreement"]);
});

test("400: an attribute whose header comes twice is refused, not joined", async () => {
  const headers = { ...binaryHeaders("q1"), "ce-id": ["q1", "q2"] };
  const { status, text } = await sendHeaders(headers, "{}");
  expect([status, JSON.parse(text)]).toMatchObject([
    400,
    { code: "event.unreadable", context: { header: "ce-id", why: "it stands twice" } },
  ]);
});

function binaryHeaders(
  id: string,
  change: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  for (const [name, value] of Object.entries<string>(attributes)) headers[`ce-${name}`] = value;
  return { ...headers, "ce-id": encodeURIComponent(id), ...change };
}

/** As they are: `fetch` would join those that come twice. */
async function sendHeaders(headers: OutgoingHttpHeaders, body: string) {
  const sent = request(`${server.address}/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, ...headers },
  });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  const text = Buffer.concat(await answer.toArray()).toString();
  return { status: answer.statusCode, text };
}
