import { readFileSync } from "node:fs";
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
  const headers: Record<string, string> = { "content-type": type };
  for (const [name, value] of Object.entries<string>(attributes)) headers[`ce-${name}`] = value;
  headers["ce-id"] = encodeURIComponent(`binary ${type}`);
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
  const headers: Record<string, string> = { "content-type": "application/json", "ce-id": "both" };
  for (const name of ["specversion", "type", "source", "time"] as const) {
    headers[`ce-${name}`] = attributes[name];
  }
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

test("400: binary content mode without ce-specversion 1.0", async () => {
  const headers = { "content-type": "application/json", "ce-id": "1", "ce-specversion": "2.0" };
  const { status, json } = await server.ask("POST", "/v1/events", { headers, body: "{}" });
  expect([status, json.code]).toEqual([400, "event.specversion-unknown"]);
});
