import { expect, test } from "vitest";
import { tupleMemory, tupleOf, tupleShape } from "./book.ts";

test("a tuple holds the channel and the named values, and is the same object each time", () => {
  const book = { tuples: tupleMemory() };
  const shape = tupleShape(book.tuples, ["country"]);
  const dimensions = { channel: "voice", country: "DE", status: "answered" };
  const tuple = tupleOf(book, shape, dimensions);
  expect(tuple.text).toBe('{"channel":"voice","country":"DE"}');
  expect(tupleOf(book, shape, { ...dimensions, status: "busy" })).toBe(tuple);
  expect(tupleOf(book, tupleShape(book.tuples, ["country"]), dimensions)).toBe(tuple);
  const byStatus = tupleShape(book.tuples, ["status"]);
  expect(tupleOf(book, byStatus, dimensions).text).toBe('{"channel":"voice","status":"answered"}');
});

test("an absent value is not the empty one", () => {
  const book = { tuples: tupleMemory() };
  const shape = tupleShape(book.tuples, ["country"]);
  const absent = tupleOf(book, shape, { channel: "voice" });
  const empty = tupleOf(book, shape, { channel: "voice", country: "" });
  expect(absent).not.toBe(empty);
  expect([absent.text, empty.text]).toEqual([
    '{"channel":"voice"}',
    '{"channel":"voice","country":""}',
  ]);
});

test("memory is bounded: what is forgotten is made again", () => {
  const book = { tuples: tupleMemory() };
  const shape = tupleShape(book.tuples, ["country"]);
  const of = (country: string) => tupleOf(book, shape, { channel: "voice", country });
  const first = of("0");
  for (let n = 1; n <= 205_000; n++) of(String(n));
  expect(book.tuples.byText.size).toBeLessThanOrEqual(200_000);
  const again = of("0");
  expect(again).not.toBe(first);
  expect(again.text).toBe(first.text);
});
