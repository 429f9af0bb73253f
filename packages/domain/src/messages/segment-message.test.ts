import { readFileSync } from "node:fs";
import fc from "fast-check";
import { SegmentedMessage } from "sms-segments-calculator";
import { expect, test } from "vitest";
import { type MessageEncoding, type Segmentation, segmentMessage } from "./segment-message.ts";
import { encodeSmartly } from "./smart-encoding.ts";

const cyrillic = (count: number): string => "ж".repeat(count);

test.each<[string, string, MessageEncoding, number, number]>([
  ["S1", "a".repeat(160), "gsm7", 160, 1],
  ["S1", "a".repeat(161), "gsm7", 161, 2],
  ["S1", "a".repeat(306), "gsm7", 306, 2],
  ["S1", "a".repeat(307), "gsm7", 307, 3],
  ["S2", `${"a".repeat(158)}€`, "gsm7", 160, 1],
  ["S2", `${"a".repeat(159)}€`, "gsm7", 161, 2],
  ["S3", `${"a".repeat(152)}€${"a".repeat(152)}`, "gsm7", 306, 3],
  ["S4", cyrillic(70), "ucs2", 70, 1],
  ["S4", cyrillic(71), "ucs2", 71, 2],
  ["S4", cyrillic(134), "ucs2", 134, 2],
  ["S4", cyrillic(135), "ucs2", 135, 3],
  ["S5", `😜${"1".repeat(68)}`, "ucs2", 70, 1],
  ["S5", `😜${"1".repeat(69)}`, "ucs2", 71, 2],
  ["S6", `${cyrillic(66)}😜${cyrillic(66)}`, "ucs2", 134, 3],
  ["S7", `It’s ${"a".repeat(66)}`, "ucs2", 71, 2],
  ["S7", `It's ${"a".repeat(66)}`, "gsm7", 71, 1],
  ["S8", "ç".repeat(10), "ucs2", 10, 1],
  ["S8", "Ç".repeat(10), "gsm7", 10, 1],
])("%s: %j is %s, %i units, in %i segments", (_, text, encoding, units, segments) => {
  const segmented = segmentMessage(text);
  expect(segmented).toMatchObject({ encoding, units });
  expect(segmented.ends).toHaveLength(segments);
});

test("S3, S6: what would straddle two segments moves to the next whole", () => {
  expect(partsOf(`${"a".repeat(152)}€${"a".repeat(152)}`)).toEqual([
    "a".repeat(152),
    `€${"a".repeat(151)}`,
    "a",
  ]);
  expect(partsOf(`${cyrillic(66)}😜${cyrillic(66)}`)).toEqual([
    cyrillic(66),
    `😜${cyrillic(65)}`,
    cyrillic(1),
  ]);
});

test.each<[string, number, number]>([
  ["a".repeat(160), 1, 160],
  ["a".repeat(304), 2, 152],
  ["a".repeat(305), 3, 152],
  [cyrillic(132), 2, 66],
  [cyrillic(133), 3, 66],
])("toll-free: %j with 16-bit references is %i segments of %i", (text, segments, perSegment) => {
  const segmented = segmentMessage(text, 16);
  expect(segmented.ends).toHaveLength(segments);
  expect(segmented.perSegment).toBe(perSegment);
});

test("S7: smart encoding saves the second segment", () => {
  const encoded = encodeSmartly(`It’s ${"a".repeat(66)}`);
  expect(encoded).toBe(`It's ${"a".repeat(66)}`);
  expect(segmentMessage(encoded).ends).toHaveLength(1);
});

test("an empty message is sent as one segment", () => {
  expect(segmentMessage("")).toMatchObject({ encoding: "gsm7", units: 0, ends: [0] });
});

interface Oracle {
  readonly id: string;
  readonly text: string;
  readonly expected: Expected;
}

interface Expected {
  readonly encoding?: MessageEncoding;
  readonly segments?: number;
  readonly units?: number;
  readonly per_segment?: number;
  readonly remaining?: number;
  readonly unicode_scalars?: number;
  readonly graphemes?: number;
  readonly payload_bits?: number;
  readonly total_bits_with_headers?: number;
  readonly parts?: readonly Record<"content" | "unicode_scalars" | "units", string | number>[];
}

const ORACLES: readonly Oracle[] = JSON.parse(
  readFileSync(new URL("./fixtures/message-segments.json", import.meta.url), "utf8"),
);

/** What other calculators' tests say about a text; the ids name where each case comes from. */
test.each(ORACLES)("$id: $text", ({ text, expected }) => {
  const derived = describeAll(text);
  for (const [name, value] of Object.entries(expected)) expect(derived).toHaveProperty(name, value);
});

test("there are 41 such cases", () => expect(ORACLES).toHaveLength(41));

function describeAll(text: string): Required<Expected> {
  const segmented = segmentMessage(text);
  const { encoding, units, ends, perSegment, unitsOfLast } = segmented;
  const bits = units * (encoding === "gsm7" ? 7 : 16);
  return {
    encoding,
    segments: ends.length,
    units,
    per_segment: perSegment,
    remaining: perSegment - unitsOfLast,
    unicode_scalars: [...text].length,
    graphemes: [...new Intl.Segmenter().segment(text)].length,
    payload_bits: bits,
    total_bits_with_headers: bits + (ends.length > 1 ? 48 * ends.length : 0),
    parts: partsOf(text, segmented).map((content) => ({
      content,
      unicode_scalars: [...content].length,
      units:
        segmentMessage(content).encoding === encoding
          ? segmentMessage(content).units
          : content.length,
    })),
  };
}

function partsOf(text: string, { ends }: Segmentation = segmentMessage(text)): string[] {
  return ends.map((end, at) => text.slice(at === 0 ? 0 : ends[at - 1], end));
}

const GSM = "abc @£é\n_ΩÆ09?¡ÖÑà".split("");
const EXTENDED = "\f^{}\\[~]|€".split("");
const BEYOND = ["ж", "ç", "`", "’", "中", "😜", "𝒳"];
/** Few of them beyond GSM 7-bit, so that both encodings come long. */
const message = fc.oneof(
  fc.string({ unit: fc.constantFrom(...GSM, ...EXTENDED), minLength: 1, maxLength: 700 }),
  fc.string({ unit: fc.constantFrom(...GSM, ...BEYOND), minLength: 1, maxLength: 300 }),
);

test("the calculator of a large platform counts the same", () => {
  fc.assert(
    fc.property(message, (text) => {
      const theirs = new SegmentedMessage(text);
      const ours = segmentMessage(text);
      expect(ours.ends).toHaveLength(theirs.segmentsCount);
      expect(ours.encoding).toBe(theirs.encodingName === "GSM-7" ? "gsm7" : "ucs2");
      expect(ours.units * (ours.encoding === "gsm7" ? 7 : 16)).toBe(theirs.messageSize);
    }),
  );
});

test("segments are whole, full but for what must not be split, and never fewer than fit", () => {
  fc.assert(
    fc.property(message, fc.constantFrom(8 as const, 16 as const), (text, reference) => {
      const segmented = segmentMessage(text, reference);
      const parts = partsOf(text, segmented);
      expect(parts.join("")).toBe(text);
      const { encoding, units, perSegment, ends } = segmented;
      expect(ends.length).toBeGreaterThanOrEqual(Math.ceil(units / perSegment));
      for (const [at, part] of parts.entries()) {
        expect(part.isWellFormed()).toBe(true);
        const filled = encoding === "gsm7" ? segmentMessage(part).units : part.length;
        expect(filled).toBeLessThanOrEqual(perSegment);
        if (at < parts.length - 1) expect(filled).toBeGreaterThanOrEqual(perSegment - 1);
      }
    }),
  );
});
