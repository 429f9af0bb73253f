import fc from "fast-check";
import { expect, test } from "vitest";
import { type SplitLine, splitLines } from "./split-lines.ts";

async function linesOf(
  bytes: AsyncIterable<Uint8Array>,
  bytesMax?: number,
): Promise<readonly SplitLine[]> {
  const lines: SplitLine[] = [];
  const options = bytesMax === undefined ? {} : { bytesMax };
  for await (const batch of splitLines(bytes, options)) lines.push(...batch);
  return lines;
}

async function* chunks(...texts: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

function inChunksOf(size: number, bytes: Buffer): AsyncGenerator<Buffer> {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return chunks(...parts);
}

const textOf = (line: SplitLine) => ("text" in line ? line.text : line.problem);

test.each<[string, string, readonly string[]]>([
  ["lines end in LF", "a\nb\n", ["a", "b"]],
  ["lines end in CRLF", "a\r\nb\r\n", ["a", "b"]],
  ["both may stand in one file", "a\nb\r\nc\n", ["a", "b", "c"]],
  ["the last line needs no end", "a\nb", ["a", "b"]],
  ["a file with CR only has lines too", "a\rb\rc", ["a", "b", "c"]],
  ["CR inside a line stays where LF ends lines", "a\rb\nc", ["a\rb", "c"]],
  ["empty lines count", "\n\na\n\n", ["", "", "a", ""]],
  ["an empty file has no line", "", []],
  ["a byte order mark is dropped", "\ufeffa\n\ufeffb\n", ["a", "\ufeffb"]],
  ["a mark alone is no line", "\ufeff", []],
  ["NUL is kept", "a\u0000b\n", ["a\u0000b"]],
  ["characters may be cut by chunks", "é😀\nü\n", ["é😀", "ü"]],
])("%s", async (_, text, expected) => {
  const bytes = Buffer.from(text);
  for (const size of [1, 2, 3, 5, 1000]) {
    const lines = await linesOf(inChunksOf(size, bytes));
    expect(lines.map(textOf)).toEqual(expected);
    expect(lines.map(({ line }) => line)).toEqual(expected.map((_, index) => index + 1));
  }
});

test("lines do not depend on how the bytes were cut", async () => {
  const piece = fc.constantFrom("a", "bb", "é", "\n", "\r\n", "\r", "x".repeat(9), "\u0000");
  await fc.assert(
    fc.asyncProperty(fc.array(piece), fc.integer({ min: 1, max: 7 }), async (pieces, size) => {
      const bytes = Buffer.from(pieces.join(""));
      const inOne = await linesOf(chunks(bytes), 8);
      expect(await linesOf(inChunksOf(size, bytes), 8)).toEqual(inOne);
      const told = inOne.every((line) => !("text" in line) || Buffer.byteLength(line.text) <= 8);
      expect(told).toBe(true);
    }),
  );
});

test("a line that is not UTF-8 is told, and its neighbours are read", async () => {
  const lines = await linesOf(
    chunks("one\n", Buffer.from([0x61, 0xff, 0x0a]), Buffer.from([0xc3]), "\nfour\r\n"),
  );
  expect(lines).toEqual([
    { line: 1, text: "one" },
    { line: 2, problem: "event.unreadable", detail: "not UTF-8" },
    { line: 3, problem: "event.unreadable", detail: "not UTF-8" },
    { line: 4, text: "four" },
  ]);
});

test.each`
  bytes      | end       | told
  ${65_536}  | ${"\n"}   | ${false}
  ${65_536}  | ${"\r\n"} | ${false}
  ${65_536}  | ${""}     | ${false}
  ${65_537}  | ${"\n"}   | ${true}
  ${65_537}  | ${"\r\n"} | ${true}
  ${65_537}  | ${""}     | ${true}
  ${500_000} | ${"\n"}   | ${true}
`("a line of $bytes bytes is too long: $told", async ({ bytes, end, told }) => {
  for (const size of [1_000, 65_536, 1_000_000]) {
    const text = Buffer.from(`first\n${"é".repeat(bytes >> 1)}${"x".repeat(bytes & 1)}${end}`);
    const lines = await linesOf(inChunksOf(size, text));
    expect(lines.map((line) => "problem" in line)).toEqual([false, told]);
  }
});

test("a line of a gigabyte is passed over without being held", async () => {
  async function* gigabyte(): AsyncGenerator<Buffer> {
    const block = Buffer.alloc(1_048_576, 0x61);
    yield Buffer.from("before\n");
    for (let i = 0; i < 1024; i++) yield block;
    yield Buffer.from("\nafter\n");
  }
  const before = process.memoryUsage.rss();
  const lines = await linesOf(gigabyte());
  expect(lines.map(textOf)).toEqual(["before", "event.too-large", "after"]);
  expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
});

test("lines that came before the bytes break off are kept, the broken one is not", async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from("one\ntwo\nthr");
    throw new Error("cut");
  }
  const seen: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const batch of splitLines(broken())) seen.push(...batch.map(textOf));
  };
  await expect(reading()).rejects.toThrow("cut");
  expect(seen).toEqual(["one", "two"]);
});
