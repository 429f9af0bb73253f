import fc from "fast-check";
import { expect, test } from "vitest";
import { ExactNumber } from "./exact-number.ts";
import { EVENT_BYTES_MAX, readEvent } from "./read-event.ts";

const ENVELOPE = '"id":"1","source":"s","type":"t","time":"2026-10-01T00:00:00Z"';

function value(token: string): unknown {
  const event = readEvent(`{${ENVELOPE},"data":{"a":${token}}}`);
  return "refused" in event ? event.refused : event.data.a;
}

test.each`
  token                    | value
  ${"61.25"}               | ${61.25}
  ${" 61.25"}              | ${61.25}
  ${"1e3"}                 | ${1000}
  ${"[1, 2e1]"}            | ${[1, 20]}
  ${'"12345678901234567"'} | ${"12345678901234567"}
  ${"true"}                | ${true}
`("$token is $value", ({ token, value: expected }) => expect(value(token)).toEqual(expected));

test.each([
  "9007199254740993",
  "12345678901234567.5",
  "0.1000000000000000055",
  "-9007199254740993",
  " 9007199254740993",
  "123456789012345678901234567890.12345678901",
])("%s keeps its digits, wherever it stands", (token) => {
  const exact = new ExactNumber(token.trim());
  expect(value(token)).toEqual(exact);
  expect(value(`[1,${token}]`)).toEqual([1, exact]);
  expect(value(`{"b":${token}}`)).toEqual({ b: exact });
});

test.each`
  text                                                                 | code
  ${"nonsense"}                                                        | ${"event.unreadable"}
  ${"[]"}                                                              | ${"event.unreadable"}
  ${'{"source":"s","type":"t","time":"2026-10-01T00:00:00Z"}'}         | ${"event.id-missing"}
  ${'{"id":1,"source":"s","type":"t","time":"2026-10-01T00:00:00Z"}'}  | ${"event.id-missing"}
  ${'{"id":"1","type":"t","time":"2026-10-01T00:00:00Z"}'}             | ${"event.source-missing"}
  ${'{"id":"1","source":"s","time":"2026-10-01T00:00:00Z"}'}           | ${"event.type-missing"}
  ${'{"id":"1","source":"s","type":"t"}'}                              | ${"event.time-missing"}
  ${'{"id":"1","source":"s","type":"t","time":"2026-10-01T00:00:00"}'} | ${"event.time-malformed"}
  ${'{"id":"1","source":"s","type":"t","time":""}'}                    | ${"event.time-malformed"}
  ${'{"id":"1","source":"s","type":"t","time":1790000000}'}            | ${"event.time-malformed"}
  ${`{${ENVELOPE},"subject":5}`}                                       | ${"event.subject-malformed"}
  ${`{${ENVELOPE},"data":[]}`}                                         | ${"event.data-malformed"}
  ${`{${ENVELOPE},"data":"${"x".repeat(EVENT_BYTES_MAX)}"}`}           | ${"event.too-large"}
  ${"[".repeat(60_000)}                                                | ${"event.unreadable"}
`("refused: $code", ({ text, code }) => expect(readEvent(text)).toMatchObject({ refused: code }));

function packed(text: string | Uint8Array, more = ""): string {
  return `{${ENVELOPE},"data_base64":"${Buffer.from(text).toString("base64")}"${more}}`;
}

test.each([
  ["", { a: "é" }],
  [',"datacontenttype":"application/json; charset=utf-8"', { a: "\n" }],
  [',"datacontenttype":"application/vnd.calls+json"', {}],
])("data may be the base64 of its JSON%s", (more, data) => {
  expect(readEvent(packed(JSON.stringify(data), more))).toMatchObject({ data, plain: false });
});

test("numbers in data in base64 keep their digits", () => {
  const data = { a: new ExactNumber("9007199254740993") };
  expect(readEvent(packed('{"a":9007199254740993}'))).toMatchObject({ data });
});

test("data_base64 of null is none", () => {
  expect(readEvent(`{${ENVELOPE},"data":{"a":1},"data_base64":null}`)).toMatchObject({
    data: { a: 1 },
  });
});

test.each([
  [packed("{}", ',"data":{}'), "data and data_base64 exclude each other"],
  [packed("{}", ',"datacontenttype":"text/plain"'), "datacontenttype is not JSON"],
  [`{${ENVELOPE},"data_base64":"e30"}`, "data_base64 is not base64"],
  [`{${ENVELOPE},"data_base64":5}`, "data_base64 is not base64"],
  [packed(Buffer.from([0x22, 0xff, 0x22])), "data_base64 is not UTF-8"],
  [packed("{"), "data_base64: not JSON"],
  [packed("[]"), "data_base64: not an object"],
  [packed('{"a":1,"a":2}'), 'data_base64: "a" stands twice'],
])("%s is refused: %s", (text, detail) => {
  expect(readEvent(text)).toMatchObject({ id: "1", refused: "event.data-malformed", detail });
});

test.each`
  text                                                      | because
  ${`{"id":"2",${ENVELOPE}}`}                               | ${"an attribute stands twice"}
  ${`{${ENVELOPE},"id":"1"}`}                               | ${"with the same value, too"}
  ${`{${ENVELOPE},"data":{"a":1,"b":2,"a":1}}`}             | ${"a field of the data does"}
  ${`{${ENVELOPE},"data":{"a" :1,\t"a"\n: 2}}`}             | ${"whatever white space is between"}
  ${`{${ENVELOPE},"data":{"a":1,"\\u0061":2}}`}             | ${"one is written with an escape"}
  ${`{${ENVELOPE},"data":{"":1,"":2}}`}                     | ${"the name is empty"}
  ${`{${ENVELOPE},"data":{"l":[{"a":1,"a":2}]}}`}           | ${"within a list"}
  ${`{${ENVELOPE},"data":{"a":1,"a":1e40}}`}                | ${"one is a long number"}
  ${`{${ENVELOPE},"data":{"__proto__":{},"__proto__":{}}}`} | ${"an object has it by itself"}
  ${`{${ENVELOPE},"data":{"a":"\\"","b":1,"b":2}}`}         | ${"a text before it holds a quotation mark"}
`("refused, for two systems may read two events: $because", ({ text }) => {
  expect(readEvent(text)).toMatchObject({
    refused: "event.unreadable",
    detail: expect.stringMatching(/stands twice/),
  });
});

test.each([
  '{"a":":","b":"\\":","c":" : "}',
  '{"a":"{\\"a\\":1}","b":{"a":1},"c":[{"a":1},{"a":2}]}',
  '{"a" : 1 , "b" : "https://example.com/?a=1:2"}',
])("read: what looks like a name in a text is none, in %s", (data) => {
  const event = readEvent(`{${ENVELOPE},"data":${data}}`);
  expect(event).toMatchObject({ data: JSON.parse(data) });
});

test("a name stands twice exactly when the object that was read lacks one of them", () => {
  const texts = fc.constantFrom('"', ":", "a", "b", " ", "\\", "{", "é", "\u0000", ",");
  const text = fc.array(texts, { maxLength: 4 }).map((parts) => parts.join(""));
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.array(fc.tuple(text, tie("tree")), { maxLength: 4 }).map((members) => ({ members })),
    ),
  }));
  const object = fc.array(fc.tuple(text, tree), { maxLength: 4 });
  fc.assert(
    fc.property(object, fc.constantFrom("", " ", "\n"), (members, space) => {
      const event = readEvent(`{${ENVELOPE},"data":${write({ members }, space)}}`);
      expect("refused" in event).toBe(hasTwice({ members }));
    }),
  );
});

type Tree = string | number | { readonly members: readonly (readonly [string, Tree])[] };

function write(tree: Tree, space: string): string {
  if (typeof tree !== "object") return JSON.stringify(tree);
  const members = tree.members.map(
    ([name, value]) => `${JSON.stringify(name)}${space}:${space}${write(value, space)}`,
  );
  return `{${members.join(",")}}`;
}

function hasTwice(tree: Tree): boolean {
  if (typeof tree !== "object") return false;
  const names = tree.members.map(([name]) => name);
  if (new Set(names).size < names.length) return true;
  return tree.members.some(([, value]) => hasTwice(value));
}

test.each(['"0.3"', '"1"', "1", "null", '""'])("specversion %s is refused", (version) => {
  expect(readEvent(`{"specversion":${version},${ENVELOPE}}`)).toMatchObject({
    refused: "event.specversion-unknown",
    id: "1",
    source: "s",
  });
});

test("specversion 1.0 is taken, and so is an event without one", () => {
  expect(readEvent(`{"specversion":"1.0",${ENVELOPE}}`)).toMatchObject({ id: "1" });
  expect(readEvent(`{${ENVELOPE}}`)).toMatchObject({ id: "1" });
});

test("what is refused is named as far as it can be read", () => {
  expect(readEvent('{"id":"1","source":"s"}')).toMatchObject({ id: "1", source: "s" });
});

test("an event without data and subject has empty ones", () => {
  expect(readEvent(`{${ENVELOPE}}`)).toMatchObject({ subject: "", data: {}, plain: true });
});

test("a text with an escape or half a surrogate pair is not plain", () => {
  expect(readEvent(`{${ENVELOPE},"data":{"a":"\\n"}}`)).toMatchObject({ plain: false });
  expect(readEvent(`{${ENVELOPE},"data":{"a":"\ud800"}}`)).toMatchObject({ plain: false });
});
