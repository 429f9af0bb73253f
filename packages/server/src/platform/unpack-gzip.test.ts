import { randomBytes } from "node:crypto";
import { deflateRawSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { unpackGzip } from "./unpack-gzip.ts";

/** What is unpacked, and the error that ended it, of bytes that come in chunks of a length. */
async function unpack(
  packed: Buffer,
  chunkLength = packed.length,
): Promise<readonly [text: string, why: string]> {
  const unpacked: Buffer[] = [];
  try {
    for await (const chunk of unpackGzip(chunksOf(packed, chunkLength), (why) => new Error(why))) {
      unpacked.push(chunk);
    }
  } catch (error) {
    return [Buffer.concat(unpacked).toString("latin1"), (error as Error).message];
  }
  return [Buffer.concat(unpacked).toString("latin1"), ""];
}

async function* chunksOf(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

const FIRST = gzipSync("first\n");
const SECOND = gzipSync("second\n");
const ZEROS = Buffer.alloc(5);

test.each<[string, Buffer[], string]>([
  ["one member", [FIRST], "first\n"],
  ["two members", [FIRST, SECOND], "first\nsecond\n"],
  ["zeros at the end", [FIRST, ZEROS], "first\n"],
  ["zeros between members", [FIRST, ZEROS, SECOND, ZEROS], "first\nsecond\n"],
  ["an empty member", [gzipSync(""), SECOND], "second\n"],
])("however the bytes come, all is unpacked of %s", async (_, parts, text) => {
  const packed = Buffer.concat(parts);
  for (let length = 1; length <= packed.length; length++) {
    expect(await unpack(packed, length)).toEqual([text, ""]);
  }
});

const NO_MEMBER = "the gzip is damaged: what follows is no member of it";
const BREAKS_OFF = "the gzip breaks off before its end";

test.each<[string, Buffer[], string, string]>([
  ["a stray byte", [FIRST, Buffer.from("x"), SECOND], "first\n", NO_MEMBER],
  ["a stray byte behind zeros", [FIRST, ZEROS, Buffer.from("x")], "first\n", NO_MEMBER],
  ["another text", [Buffer.from("{}")], "", NO_MEMBER],
  ["half a header", [FIRST, SECOND.subarray(0, 5)], "first\n", BREAKS_OFF],
  ["no trailer", [FIRST.subarray(0, -8)], "first\n", BREAKS_OFF],
  ["half a trailer", [FIRST.subarray(0, -3)], "first\n", BREAKS_OFF],
  ["nothing", [], "", BREAKS_OFF],
])("what comes before %s is unpacked, and it is told", async (_, parts, text, why) => {
  const packed = Buffer.concat(parts);
  for (const length of [1, 7, Math.max(packed.length, 1)]) {
    expect(await unpack(packed, length)).toEqual([text, why]);
  }
});

test("a checksum or a length that is not that of the content is told", async () => {
  const broken = (fromEnd: number): Buffer => {
    const bytes = Buffer.from(FIRST);
    bytes[bytes.length - fromEnd]! ^= 1;
    return bytes;
  };
  expect((await unpack(broken(8)))[1]).toBe("the gzip is damaged: incorrect data check");
  expect((await unpack(broken(4)))[1]).toBe("the gzip is damaged: incorrect length check");
});

test("a header may have all that headers can have", async () => {
  const head = Buffer.from([0x1f, 0x8b, 8, 31, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7]);
  const names = Buffer.from("name\0comment\0CR", "latin1");
  const packed = Buffer.concat([head, names, deflateRawSync("first\n"), FIRST.subarray(-8)]);
  for (const length of [1, 11, packed.length]) {
    expect(await unpack(packed, length)).toEqual(["first\n", ""]);
  }
});

test("whatever is packed in however many members comes back whole", async () => {
  const member = fc.tuple(fc.nat(300_000), fc.boolean(), fc.nat(3));
  await fc.assert(
    fc.asyncProperty(fc.array(member, { minLength: 1, maxLength: 4 }), async (members) => {
      const texts = members.map(([length, isRandom]) => {
        return isRandom ? randomBytes(length) : Buffer.alloc(length, "line of an event\n");
      });
      const parts = texts.map((text, at) => [gzipSync(text), Buffer.alloc(members[at]![2])]);
      const unpacked = await unpack(Buffer.concat(parts.flat()), 65_536);
      expect(unpacked[1]).toBe("");
      expect(unpacked[0] === Buffer.concat(texts).toString("latin1")).toBe(true);
    }),
    { numRuns: 30 },
  );
});
