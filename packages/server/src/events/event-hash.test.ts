import { createHash } from "node:crypto";
import { parseInstant } from "@counterpart/domain/instant.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { eventContent, eventKey } from "./event-hash.ts";
import { type ReadEvent, readEvent } from "./read-event.ts";

function read(data: string, envelope = ""): ReadEvent {
  const event = readEvent(
    `{"id":"1","source":"s","type":"t","subject":"a","time":"2026-10-01T00:00:00Z"${envelope},"data":${data}}`,
  );
  if ("refused" in event) throw new Error(event.refused);
  return event;
}

const contentOf = (data: string, envelope = "") => eventContent(read(data, envelope));

test("a key is the hash of source and id, told apart", () => {
  const digest = createHash("sha256").update("s\u0000id").digest("hex");
  expect(eventKey("s", "id").replaceAll("-", "")).toBe(digest.slice(0, 32));
  expect(eventKey("s", "id")).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(eventKey("si", "d")).not.toBe(eventKey("s", "id"));
  expect(eventKey("s", "\ud800")).not.toBe(eventKey("s", "\ud801"));
});

test.each`
  one                         | other                         | because
  ${'{"a":1,"b":2}'}          | ${'{"b":2,"a":1}'}            | ${"order of keys"}
  ${'{"a":{"x":1,"y":2}}'}    | ${'{"a":{"y":2,"x":1}}'}      | ${"order of nested keys"}
  ${'{"a":5}'}                | ${'{"a":5.0}'}                | ${"zeros that mean nothing"}
  ${'{"a":5}'}                | ${'{"a":5e0}'}                | ${"an exponent"}
  ${'{"a":0}'}                | ${'{"a":-0}'}                 | ${"the sign of zero"}
  ${'{"a":1e-7}'}             | ${'{"a":0.0000001}'}          | ${"a small number"}
  ${'{"a":9007199254740993}'} | ${'{"a":9007199254740993.0}'} | ${"a number beyond 2^53"}
  ${'{"a":"A"}'}              | ${'{"a":"\\u0041"}'}          | ${"an escape"}
  ${'{ "a" : 1 }'}            | ${'{"a":1}'}                  | ${"white space"}
`("the content does not depend on: $because", ({ one, other }) => {
  expect(contentOf(one)).toBe(contentOf(other));
});

test.each`
  one                                                   | other                                                 | because
  ${'{"a":1}'}                                          | ${'{"a":"1"}'}                                        | ${"number and text"}
  ${'{"a":9007199254740993}'}                           | ${'{"a":9007199254740992}'}                           | ${"neighbours beyond 2^53"}
  ${'{"a":0.1000000000000000000000000000000000000001}'} | ${'{"a":0.1000000000000000000000000000000000000002}'} | ${"the 40th digit"}
  ${'{"a":[1,2]}'}                                      | ${'{"a":[2,1]}'}                                      | ${"order of items"}
  ${'{"a":null}'}                                       | ${"{}"}                                               | ${"null and absent"}
  ${'{"a":"1,\\"b\\":2"}'}                              | ${'{"a":"1","b":"2"}'}                                | ${"quotation marks"}
  ${'{"a":"\\ud800"}'}                                  | ${'{"a":"\\ud801"}'}                                  | ${"halves of surrogate pairs"}
`("the content tells apart: $because", ({ one, other }) => {
  expect(contentOf(one)).not.toBe(contentOf(other));
});

test("extension attributes are not content; the time is, as an instant", () => {
  const at = (time: string) => eventContent({ ...read("{}"), time: parseInstant(time) });
  expect(contentOf("{}", ',"traceparent":"00-1"')).toBe(contentOf("{}"));
  expect(at("2026-10-01T02:00:00+02:00")).toBe(contentOf("{}"));
  expect(at("2026-10-01T00:00:00.001Z")).not.toBe(contentOf("{}"));
});

test("data nested more than 32 deep has no content", () => {
  const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
  expect(contentOf(nested(32))).not.toBeNull();
  expect(contentOf(nested(33))).toBeNull();
});

const jsonObject = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 3 }), {
  noNullPrototype: true,
});

test("the quick way of writing plain texts gives the same content", () =>
  fc.assert(
    fc.property(jsonObject, (data) => {
      const event = read(JSON.stringify(data));
      expect(eventContent(event)).toBe(eventContent({ ...event, plain: false }));
    }),
    { numRuns: 300 },
  ));
