import { expect, test } from "vitest";
import { tupleMemory, tupleOf, tupleTree } from "./book.ts";

test("a tuple holds the channel and the named values, and is the same object each time", () => {
  const book = { tuples: tupleMemory() };
  const tree = tupleTree();
  const dimensions = { channel: "voice", country: "DE", status: "answered" };
  const tuple = tupleOf(book, tree, ["country"], dimensions);
  expect(tuple.text).toBe('{"channel":"voice","country":"DE"}');
  expect(tupleOf(book, tree, ["country"], { ...dimensions, status: "busy" })).toBe(tuple);
  expect(tupleOf(book, tupleTree(), ["country"], dimensions)).toBe(tuple);
});

test("an absent value is not the empty one", () => {
  const book = { tuples: tupleMemory() };
  const tree = tupleTree();
  const absent = tupleOf(book, tree, ["country"], { channel: "voice" });
  const empty = tupleOf(book, tree, ["country"], { channel: "voice", country: "" });
  expect(absent).not.toBe(empty);
  expect([absent.text, empty.text]).toEqual([
    '{"channel":"voice"}',
    '{"channel":"voice","country":""}',
  ]);
});

test("memory is bounded: what is forgotten is made again", () => {
  const book = { tuples: tupleMemory() };
  const tree = tupleTree();
  const of = (country: string) => tupleOf(book, tree, ["country"], { channel: "voice", country });
  const first = of("0");
  for (let n = 1; n <= 205_000; n++) of(String(n));
  expect(book.tuples.byText.size).toBeLessThanOrEqual(200_000);
  expect(tree.root.children.get("voice")!.children.size).toBeLessThanOrEqual(10_000);
  const again = of("0");
  expect(again).not.toBe(first);
  expect(again.text).toBe(first.text);
});
