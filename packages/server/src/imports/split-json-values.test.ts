import fc from "fast-check";
import { expect, test } from "vitest";
import { type JsonText, splitJsonValues } from "./split-json-values.ts";

async function valuesOf(text: string | Buffer, size = 7, bytesMax = 1000): Promise<JsonText[]> {
  async function* bytes(): AsyncGenerator<Buffer> {
    const whole = Buffer.from(text);
    for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
  }
  const values: JsonText[] = [];
  for await (const batch of splitJsonValues(bytes(), { bytesMax })) values.push(...batch);
  return values;
}

function shown(value: JsonText): string {
  return `${value.line}/${value.through} ${"text" in value ? value.text : `! ${value.detail}`}`;
}

test.each<[string, string, readonly string[]]>([
  ["one object a line", '{"a":1}\n\n{"b":2}\n', ['1/1 {"a":1}', '3/3 {"b":2}']],
  ["a malformed first line costs itself", '{"a":\n{"b":2}\n', ['1/1 {"a":', '2/2 {"b":2}']],
  ["a malformed later line costs itself", '{"a":1}\n{"b":', ['1/1 {"a":1}', '2/2 {"b":']],
  ["one object of a line", '{"a":[1,{"b":2}]}', ['1/1 {"a":[1,{"b":2}]}']],
  ["one object of many lines", '{\n "a": {\n }\n}\n', ['1/3 {\n "a": {\n }\n}']],
  ["an array", '[{"a":1},\n {"b":[2]}]', ['1/0 {"a":1}', '2/1 {"b":[2]}']],
  ["an array over lines", '[\n{"a":1},\n{"b":2}\n]\n', ['2/1 {"a":1}', '3/2 {"b":2}']],
  ["an empty array", "[]", []],
  ["objects of many lines after each other", "{\n}\n{\n}", ["1/1 {\n}", "3/3 {\n}"]],
  ["brackets in texts", '[{"a":"}]\\"{"}]', ['1/0 {"a":"}]\\"{"}']],
  ["a byte order mark", '\ufeff[{"a":1}]', ['1/0 {"a":1}']],
  [
    "a document that breaks off",
    '[{"a":1},{"b":"',
    ['1/0 {"a":1}', "1/0 ! the document ends inside of it"],
  ],
  ["no JSON at all", "a,b\nc", ["1/1 a,b", "2/2 c"]],
  ["an empty file", "", []],
])("%s", async (_, text, expected) => {
  for (const size of [1, 2, 7, 1000]) {
    expect((await valuesOf(text, size)).map(shown)).toEqual(expected);
  }
});

test("digits of numbers and the order of keys stay as they are", async () => {
  const text = '{"b":0.10000000000000000001,"a":1e3,"a":2}';
  expect((await valuesOf(`[${text}]`)).map(shown)).toEqual([`1/0 ${text}`]);
});

test("an object that is too long or not UTF-8 is told, and its neighbours are read", async () => {
  const long = `{"a":"${"x".repeat(2000)}"}`;
  const bad = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  const text = Buffer.concat([Buffer.from(`[{"a":1},${long},`), bad, Buffer.from(',{"b":2}]')]);
  expect((await valuesOf(text)).map(shown)).toEqual([
    '1/0 {"a":1}',
    "1/0 ! over 1000 bytes",
    "1/0 ! not UTF-8",
    '1/0 {"b":2}',
  ]);
});

test("the objects of any array come out as they are written", async () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 });
  const size = fc.integer({ min: 1, max: 9 });
  await fc.assert(
    fc.asyncProperty(fc.array(object), size, fc.boolean(), async (objects, chunk, pretty) => {
      const text = JSON.stringify(objects, null, pretty ? 2 : undefined);
      const read = await valuesOf(text, chunk, 100_000);
      expect(read.map((each) => "text" in each && JSON.parse(each.text))).toEqual(JSON.parse(text));
    }),
  );
});
