/** Whatever is sent: a documented answer, never a 5xx, and the server goes on. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

function fixture(name: string) {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8"));
}

/** The files of JSONTestSuite by name: y… is JSON, n… is none, others are for the reader to decide. */
const jsonFiles: readonly (readonly [name: string, bytes: Buffer])[] = (() => {
  const { files, repeated } = fixture("json-test-suite.json") as {
    files: Record<string, string>;
    repeated: Record<string, [text: string, times: number, rest: string]>;
  };
  return [
    ...Object.entries(files).map(([name, text]) => [name, Buffer.from(text, "base64")] as const),
    ...Object.entries(repeated).map(([name, [text, times, rest]]) => {
      return [name, Buffer.from(text.repeat(times) + rest)] as const;
    }),
  ];
})();

const naughtyStrings: readonly string[] = fixture("naughty-strings.json").strings;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    requestsPerMinute: { events: 100_000, public: 100_000, other: 100_000 },
  });
});
afterAll(() => server.close());

function post(path: string, type: string, body: Uint8Array): Promise<Answer> {
  return server.ask("POST", path, { headers: { "content-type": type }, body });
}

const AT_ONCE = 32;

/** What each file was answered with, a few requests at a time. */
async function answerOfEach<T>(
  items: readonly T[],
  ask: (item: T) => Promise<Answer>,
): Promise<(readonly [item: T, answer: Answer])[]> {
  const answers: (readonly [T, Answer])[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const some = items.slice(at, at + AT_ONCE);
    answers.push(
      ...(await Promise.all(some.map(async (item) => [item, await ask(item)] as const))),
    );
  }
  return answers;
}

test("JSONTestSuite is whole", () => {
  expect(jsonFiles.filter(([name]) => name.startsWith("y_"))).toHaveLength(95);
  expect(jsonFiles.filter(([name]) => name.startsWith("n_"))).toHaveLength(188);
  expect(jsonFiles).toHaveLength(340);
});

test("400: no file of JSONTestSuite is an event", async () => {
  const answers = await answerOfEach(jsonFiles, ([, bytes]) => {
    return post("/v1/events", "application/cloudevents+json", bytes);
  });
  for (const [[name], { status, json }] of answers) {
    const expected =
      name.startsWith("n_structure_100000") || name.includes("open_array_object")
        ? [[413, "event.too-large"]]
        : [
            [400, "event.unreadable"],
            [400, "event.id-missing"],
            [400, "event.source-missing"],
            [400, "event.too-deep"],
          ];
    expect(expected, name).toContainEqual([status, json.code]);
    if (name.startsWith("n_"))
      expect(["event.unreadable", "event.too-large"], name).toContain(json.code);
  }
}, 30_000);

test("202, 400: what is JSON may be data of an event, what is not never is", async () => {
  const [head] = JSON.stringify(smsEvent("ID")).split('{"direction"');
  const answers = await answerOfEach(jsonFiles, ([name, bytes]) => {
    const before = head!.replace("ID", name);
    const body = Buffer.concat([Buffer.from(`${before}{"attributes":`), bytes, Buffer.from("}}")]);
    return post("/v1/events", "application/cloudevents+json", body);
  });
  for (const [[name], { status, json }] of answers) {
    expect([202, 400, 413], name).toContain(status);
    if (name.startsWith("n_")) expect(status, name).not.toBe(202);
    if (name.includes("duplicated_key")) {
      expect([name, status, json.code]).toEqual([name, 400, "event.unreadable"]);
    } else if (name.startsWith("y_")) {
      expect([name, status, json.outcome]).toEqual([name, 202, "quarantined"]);
    }
  }
}, 30_000);

test("400: no file of JSONTestSuite spoils a batch that it is in, unless it is not JSON", async () => {
  const answers = await answerOfEach(jsonFiles, ([name, bytes]) => {
    const event = JSON.stringify(smsEvent(`beside ${name}`));
    const body = Buffer.concat([Buffer.from(`[${event},`), bytes, Buffer.from("]")]);
    return post("/v1/events", "application/cloudevents-batch+json", body);
  });
  for (const [[name], { status, json }] of answers) {
    if (name.startsWith("y_")) expect([name, status, json.accepted]).toEqual([name, 200, 1]);
    if (name.startsWith("n_") && status === 200) {
      // Only where the brackets of the batch complete what was cut off.
      expect(name).toBe("never");
    }
    expect([200, 400], name).toContain(status);
  }
}, 30_000);

test("200: as lines of a stream they are refused one by one", async () => {
  const lines = jsonFiles.map(([, bytes]) =>
    Buffer.from(bytes.filter((byte) => byte !== 10 && byte !== 13)),
  );
  const body = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
  const answer = await post("/v1/events?outcomes=summary", "application/x-ndjson", body);
  expect(answer.json).toMatchObject({ complete: true, accepted: 0, quarantined: 0 });
  const blank = lines.filter((line) => /^[ \t]*$/.test(line.toString("latin1"))).length;
  expect(answer.json.refused).toBe(jsonFiles.length - blank);
}, 30_000);

test("400: on an address that takes JSON each is malformed or invalid", async () => {
  const answers = await answerOfEach(jsonFiles, ([, bytes]) => {
    return post("/v1/api-keys", "application/json", bytes);
  });
  for (const [[name], { status, json }] of answers) {
    expect(status, name).toBe(400);
    if (name.startsWith("n_")) expect([name, json.code]).toEqual([name, "request.malformed"]);
    if (name.startsWith("y_"))
      expect(["request.invalid", "request.malformed"], name).toContain(json.code);
  }
}, 30_000);

test("422: as a catalogue each is refused with its problems", async () => {
  const answers = await answerOfEach(jsonFiles, ([, bytes]) => {
    return post("/v1/catalogue", "application/json", bytes);
  });
  for (const [[name], { status, json }] of answers) {
    expect([400, 422], name).toContain(status);
    expect(["request.malformed", "catalogue.invalid"], name).toContain(json.code);
  }
}, 30_000);

test.each([
  ["id", (text: string) => smsEvent(text)],
  ["subject", (text: string) => smsEvent(`of ${text}`, { subject: text })],
  ["type", (text: string) => smsEvent(`type ${text}`, { type: text })],
  ["source", (text: string) => smsEvent(`source ${text}`, { source: text })],
  ["time", (text: string) => smsEvent(`time ${text}`, { time: text })],
  [
    "metadata",
    (text: string, at: number) => {
      const { data } = smsEvent("");
      return smsEvent(`metadata ${at}`, { data: { ...data, attributes: { [text]: text } } });
    },
  ],
])("200: every naughty string as %s has an outcome of its own", async (field, eventOf) => {
  const { status, json } = await server.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents-batch+json" },
    body: JSON.stringify(naughtyStrings.map(eventOf)),
  });
  expect(status).toBe(200);
  expect(json.data).toHaveLength(naughtyStrings.length);
  if (field === "metadata") expect(json).toMatchObject({ accepted: naughtyStrings.length });
  if (field === "time" || field === "source") expect(json.accepted).toBe(0);
});

test("200: an event with a naughty id is found again by it", async () => {
  const ids = naughtyStrings.filter(
    (text) => text !== "" && text.length <= 256 && text.isWellFormed(),
  );
  const answers = await answerOfEach(ids, (id) => {
    return server.ask("GET", `/v1/events/${encodeURIComponent(`switch/${id}`)}`);
  });
  for (const [id, { status, json }] of answers) {
    expect([id, status]).toEqual([id, 200]);
    expect(json.id).toBe(id);
  }
}, 30_000);

test.each([
  ["a statement", (text: string) => `/v1/statements/${text}`],
  ["an account", (text: string) => `/v1/catalogue/accounts/${text}`],
  ["a reason", (text: string) => `/v1/quarantine?code=${text}&source=${text}`],
  ["a cursor", (text: string) => `/v1/statements?cursor=${text}`],
  [
    "a filter",
    (text: string) =>
      `/v1/usage?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&where=country=${text}`,
  ],
  [
    "a dimension",
    (text: string) => `/v1/usage?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&groupBy=${text}`,
  ],
  ["a time", (text: string) => `/v1/usage?to=2026-02-01T00:00:00Z&from=${text}`],
  ["a parameter", (text: string) => `/v1/statements?${text}=1`],
])(
  "200, 4xx: every naughty string as %s is answered",
  async (_, pathOf) => {
    const texts = naughtyStrings.filter((text) => text !== "");
    const answers = await answerOfEach(texts, (text) => {
      return server.ask("GET", pathOf(encodeURIComponent(text).replace(/^\.+$/, "%2E")));
    });
    for (const [text, { status, json }] of answers) {
      expect([200, 400, 404, 422], text).toContain(status);
      if (status !== 200) expect(json.code, text).toMatch(/^[a-z]+\.[a-z-]+$/);
    }
  },
  30_000,
);

test("200: every naughty string may be the name of a key, as it is", async () => {
  const names = naughtyStrings.filter((text) => text.trim() !== "" && text.length <= 100);
  const answers = await answerOfEach(names, (name) => {
    return server.ask("POST", "/v1/api-keys", { json: { name, scopes: ["usage:read"] } });
  });
  for (const [name, { status, json }] of answers) {
    expect([name, status]).toEqual([name, 201]);
    expect(json.name).toBe(name.trim());
  }
}, 30_000);

test("afterwards everything that was received is accounted for", async () => {
  const { json } = await server.ask("GET", "/v1/completeness");
  expect(json).toMatchObject({ complete: true, imbalances: [] });
});
