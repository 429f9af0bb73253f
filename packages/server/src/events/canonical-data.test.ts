import type { Instant } from "@counterpart/domain/instant.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dataText, openText, personalText, writeContent, writeData } from "./canonical-data.ts";

const jsonObject = fc.dictionary(
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.jsonValue({ maxDepth: 3, stringUnit: "binary" }),
  { noNullPrototype: true },
);

test.each`
  data                     | personal      | open                 | closed
  ${{ b: 1, a: "x" }}      | ${[]}         | ${'{"a":"x","b":1}'} | ${null}
  ${{ b: 1, a: "x" }}      | ${["a"]}      | ${'{"b":1}'}         | ${'{"a":"x"}'}
  ${{ b: 1, a: "x" }}      | ${["b"]}      | ${'{"a":"x"}'}       | ${'{"b":1}'}
  ${{ b: 1, a: "x" }}      | ${["a", "b"]} | ${"{}"}              | ${'{"a":"x","b":1}'}
  ${{ c: 1, b: 2, a: [] }} | ${["a", "c"]} | ${'{"b":2}'}         | ${'{"a":[],"c":1}'}
  ${{ to: "é", n: -0 }}    | ${["to"]}     | ${'{"n":0}'}         | ${'{"to":"é"}'}
  ${{}}                    | ${["to"]}     | ${"{}"}              | ${null}
`("of $data, personal $personal: open $open and personal $closed", (example) => {
  const data = writeData(example.data, example.personal, true)!;
  expect(openText(data)).toBe(example.open);
  expect(personalText(data)).toBe(example.closed);
});

test("written data is JSON of the same value, whatever its texts, and splits into its fields", () =>
  fc.assert(
    fc.property(jsonObject, fc.array(fc.nat()), (given, picks) => {
      const names = Object.keys(given);
      const personal = [...picks.map((pick) => names[pick % names.length] ?? ""), "absent"];
      const data = writeData(given, personal, false)!;
      const plain = JSON.parse(JSON.stringify(given));
      expect(JSON.parse(dataText(data))).toEqual(plain);
      const open = JSON.parse(openText(data));
      const closed = JSON.parse(personalText(data) ?? "{}");
      expect({ ...open, ...closed }).toEqual(plain);
      expect(Object.keys(closed).every((key) => personal.includes(key))).toBe(true);
      expect(Object.keys(open).some((key) => personal.includes(key))).toBe(false);
    }),
    { numRuns: 500 },
  ));

test("what was written stays, however many events are written after it, small and large", () =>
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20_000 }), { minLength: 1, maxLength: 30 }), (lengths) => {
      const written = lengths.map((length, number) => {
        const event = { type: "t", subject: "s", time: number as Instant, plain: true };
        return writeContent({ ...event, data: { number, text: "x".repeat(length) } }, ["text"])!;
      });
      for (const [number, data] of written.entries()) {
        const text = "x".repeat(lengths[number]!);
        expect(data.bytes.toString("utf8", data.head, data.start)).toBe(`"t""s"${number}`);
        expect(dataText(data)).toBe(`{"number":${number},"text":"${text}"}`);
        expect(openText(data)).toBe(`{"number":${number}}`);
        expect(personalText(data)).toBe(`{"text":"${text}"}`);
      }
    }),
    { numRuns: 50 },
  ));
