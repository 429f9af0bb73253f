import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { eventOfBinary, isBinaryMode, sliceBatch } from "./cloud-event-request.ts";

const samples = JSON.parse(
  readFileSync(new URL("./fixtures/cloud-events.json", import.meta.url), "utf8"),
);

/** As the headers of a request, each of which comes once. */
function eventOf(headers: Readonly<Record<string, string>>, body: string): string {
  const each = Object.entries(headers).map(([name, value]) => [name, [value]] as const);
  return eventOfBinary(Object.fromEntries(each), body);
}

function binaryHeaders(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]),
  );
}

test("binary mode: attributes come from headers, data from the body", () => {
  const { attributes, data } = samples;
  const headers = { ...binaryHeaders(attributes), "content-type": "application/json" };
  const event = JSON.parse(eventOf(headers, JSON.stringify(data)));
  expect(event).toEqual({ ...attributes, datacontenttype: "application/json", data });
});

test("binary mode: extensions are attributes too, and other headers are none", () => {
  const { attributes, extensions, data } = samples.withExtensions;
  const encoded = Object.fromEntries(
    Object.entries<string>(extensions).map(([name, value]) => [name, encodeURIComponent(value)]),
  );
  const headers = { ...binaryHeaders({ ...attributes, ...encoded }), "user-agent": "foo" };
  const event = JSON.parse(eventOf(headers, data));
  expect(event).toEqual({
    ...attributes,
    ...extensions,
    datacontenttype: "application/json",
    data: { world: "hello" },
  });
});

test("binary mode: header values are percent-encoded UTF-8", () => {
  const headers = { "ce-specversion": "1.0", "ce-id": "Euro%20%E2%82%AC%20%22%25%22" };
  expect(JSON.parse(eventOf(headers, ""))).toEqual({ specversion: "1.0", id: 'Euro € "%"' });
});

test.each([
  ["a value that is not percent-encoded", { "ce-id": "\u00e4" }, "{}", "event.unreadable"],
  ["a value that is wrongly encoded", { "ce-id": "%E2%82" }, "{}", "event.unreadable"],
  ["a body that is not JSON", {}, "{", "event.unreadable"],
  ["a body that would add attributes", {}, '{},"source":"other"', "event.unreadable"],
])("binary mode refuses %s", (_, change, body, code) => {
  const headers = { "ce-specversion": "1.0", "ce-id": "1", ...change };
  expect(() => eventOf(headers, body)).toThrow(expect.objectContaining({ code }));
});

test("binary mode refuses an attribute that comes twice, also with the same value", () => {
  for (const twice of [
    ["q1", "q2"],
    ["q1", "q1"],
  ]) {
    const headers = { "ce-specversion": ["1.0"], "ce-id": twice };
    expect(() => eventOfBinary(headers, "{}")).toThrow(
      expect.objectContaining({
        code: "event.unreadable",
        detail: { header: "ce-id", why: "it stands twice" },
      }),
    );
  }
});

test("binary mode is told by its headers", () => {
  expect(isBinaryMode({ "ce-specversion": "1.0" })).toBe(true);
  expect(isBinaryMode({ "content-type": "application/json" })).toBe(false);
});

test("binary mode: data of the name of an attribute stays data", () => {
  const headers = { "ce-specversion": "1.0", "ce-id": "1", "ce-data": "2" };
  expect(JSON.parse(eventOf(headers, '{"id":"3"}'))).toMatchObject({
    id: "1",
    data: { id: "3" },
  });
});

test("a batch is cut into the texts that were sent", () => {
  const text = ' [ {"a":[1,{"b":"],["}]} , 1.50 ,"\\",", {"n":12345678901234567890} ] ';
  expect(sliceBatch(text, 10).map((slice) => slice.trim())).toEqual([
    '{"a":[1,{"b":"],["}]}',
    "1.50",
    '"\\","',
    '{"n":12345678901234567890}',
  ]);
});

test("the texts of a batch are JSON and say what the array says", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 4 })), fc.boolean(), (values, spaced) => {
      const text = JSON.stringify(values, null, spaced ? 2 : 0);
      expect(sliceBatch(text, 1_000).map((slice) => JSON.parse(slice))).toEqual(JSON.parse(text));
    }),
  );
});

test("a text that is no JSON array is no batch, whatever it is cut into", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'[]{},:"\\1a ') }), (text) => {
      const isArray = (() => {
        try {
          return Array.isArray(JSON.parse(text));
        } catch {
          return false;
        }
      })();
      if (isArray) expect(sliceBatch(text, 1_000)).toHaveLength(JSON.parse(text).length);
      else expect(() => sliceBatch(text, 1_000)).toThrow("event.batch-unreadable");
    }),
    { numRuns: 2_000 },
  );
});

test("a batch that is nested without end is no batch", () => {
  expect(() => sliceBatch("[".repeat(1_000_000), 1_000)).toThrow("event.batch-unreadable");
});

test("an item may be nested as deeply as it likes: it is cut out like any other", () => {
  const deep = `${"[".repeat(400_000)}${"]".repeat(400_000)}`;
  expect(sliceBatch(`[{},${deep},1]`, 10)).toEqual(["{}", deep, "1"]);
});
