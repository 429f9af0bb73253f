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
  ${'{"id":"1","source":"s","type":"t","time":"2026-10-01T00:00:00"}'} | ${"event.time-missing"}
  ${`{${ENVELOPE},"subject":5}`}                                       | ${"event.unreadable"}
  ${`{${ENVELOPE},"data":[]}`}                                         | ${"event.unreadable"}
  ${`{${ENVELOPE},"data":"${"x".repeat(EVENT_BYTES_MAX)}"}`}           | ${"event.too-large"}
  ${"[".repeat(60_000)}                                                | ${"event.unreadable"}
`("refused: $code", ({ text, code }) => expect(readEvent(text)).toMatchObject({ refused: code }));

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
