import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type CsvFormatOptions, type CsvRecord, splitCsvRecords } from "./split-csv-records.ts";

async function recordsOf(text: string, format: CsvFormatOptions = {}): Promise<CsvRecord[]> {
  async function* bytes(): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  }
  const records: CsvRecord[] = [];
  for await (const batch of splitCsvRecords(bytes(), format)) records.push(...batch);
  return records;
}

/** `2-3: a|b` for fields, `2-3! why` for a problem, `2-3#` for a comment. */
function shown(record: CsvRecord): string {
  const { line, through } = record;
  const lines = line === through ? `${line}` : `${line}-${through}`;
  if ("fields" in record) return `${lines}: ${record.fields.join("|")}`;
  return "skipped" in record ? `${lines}#` : `${lines}! ${record.detail}`;
}

const UNCLOSED = "a quote is opened and not closed";

test.each<[string, string, readonly string[]]>([
  ["fields are divided by the delimiter", "a,b\nc,\n", ["1: a|b", "2: c|"]],
  ["blanks around a field mean nothing", " a ,\tb c \n", ["1: a|b c"]],
  ["blanks in quotes do", '" a " , b\n', ["1:  a |b"]],
  ["two quotes in quotes are one", '"""Jo"" <1>",2\n', ['1: "Jo" <1>|2']],
  ["empty quotes are an empty field", 'a,"",c\n', ["1: a||c"]],
  ["delimiters in quotes are text", '"a,b",c\n', ["1: a,b|c"]],
  ["a record in quotes may have several lines", '"a\r\nb",c\nd,e\n', ["1-2: a\nb|c", "3: d|e"]],
  ["empty lines are passed over", "\na,b\n\n", ["2: a|b"]],
  ["records may differ in width", "a\nb,c\n", ["1: a", "2: b|c"]],
  ["NUL is text", "a\u0000,b\n", ["1: a\u0000|b"]],
  ["a file with CR only has records too", "a,b\rc,d", ["1: a|b", "2: c|d"]],
  ["text after a quote", '"a"b,c\nd,e\n', ["1! text after a closing quote", "2: d|e"]],
  ["a quote in a field", 'a"b,c\nd,e\n', ["1! a quote inside a field without quotes", "2: d|e"]],
  ["an unclosed quote at the end", 'a,b\n"c,d\n', ["1: a|b", `2! ${UNCLOSED}`]],
  ["… before lines without quotes", 'a,"b\nc,d\ne,f', [`1! ${UNCLOSED}`, "2: c|d", "3: e|f"]],
  ["… before lines with quotes", 'a,"b\n"c","d"\n', [`1! ${UNCLOSED}`, "2: c|d"]],
  ["… before another one", '"a\nb\n"c\nd\n', [`1! ${UNCLOSED}`, "2: b", `3! ${UNCLOSED}`, "4: d"]],
  ["… before a record of two lines", '"a\n"b\nc",d\n', [`1! ${UNCLOSED}`, "2-3: b\nc|d"]],
])("%s", async (_, text, expected) => {
  expect((await recordsOf(text)).map(shown)).toEqual(expected);
});

test("comments are passed over and told; inside quotes they are text", async () => {
  const records = await recordsOf('#a;b\nc;"d\n#e"\n', { delimiter: ";", comment: "#" });
  expect(records.map(shown)).toEqual(["1#", "2-3: c|d\n#e"]);
});

test("tabs divide fields where they are the delimiter", async () => {
  expect((await recordsOf('\ta\t"b"\t\n', { delimiter: "\t" })).map(shown)).toEqual(["1: |a|b|"]);
});

test("an unclosed quote takes nothing with it, however long the file is", async () => {
  const rest = Array.from({ length: 50_000 }, (_, index) => `a,b,${index}`);
  const records = await recordsOf(`a,"b\n${rest.join("\n")}`);
  expect(records).toHaveLength(50_001);
  expect(shown(records[0]!)).toBe(`1! ${UNCLOSED}`);
  expect(shown(records[50_000]!)).toBe("50001: a|b|49999");
});

test("many unclosed quotes cost their own lines only", async () => {
  const block = `,"x\n${'""\n'.repeat(20_000)}`;
  const records = await recordsOf(block.repeat(10));
  expect(records).toHaveLength(200_010);
  expect(records.filter((record) => "problem" in record)).toHaveLength(10);
});

test("a line of a million columns is too long, and its neighbours are read", async () => {
  const records = await recordsOf(`a,b\n${"x,".repeat(1_000_000)}\nc,d\n`);
  expect(records.map(shown)).toEqual(["1: a|b", "2! a line of over 65536 bytes", "3: c|d"]);
});

test("well-formed files are read as csv-parse reads them", async () => {
  const field = fc.stringMatching(/^[a-c ",;\n]{0,6}$/);
  const written = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const plain = fc.stringMatching(/^[a-c ;]{0,4}$/);
  const record = fc.array(fc.oneof(field.map(written), plain), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 5 }), async (records) => {
      const text = records.map((fields) => `${fields.join(",")}\n`).join("");
      const read = await recordsOf(text);
      const options = { trim: true, relax_column_count: true, skip_empty_lines: true };
      expect(read.map((each) => "fields" in each && each.fields)).toEqual(parse(text, options));
    }),
  );
});
