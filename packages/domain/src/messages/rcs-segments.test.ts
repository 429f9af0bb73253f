import fc from "fast-check";
import { RcsSegmentedMessage } from "sms-segments-calculator";
import { expect, test } from "vitest";
import { rcsSegments, utf8Octets } from "./rcs-segments.ts";

test.each([
  ["", 1, "an empty message"],
  ["a".repeat(160), 1, "160 octets"],
  ["a".repeat(161), 2, "one more"],
  ["a".repeat(300), 2, "S15: 300 octets"],
  ["ж".repeat(80), 1, "two octets a letter"],
  ["😜".repeat(41), 2, "four octets a symbol"],
])("%s is in %i segments: %s", (text, segments) => {
  expect(rcsSegments(text)).toBe(segments);
});

test("octets and segments are those of an encoder and of a large platform's calculator", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 400 }), (text) => {
      expect(utf8Octets(text)).toBe(new TextEncoder().encode(text).length);
      expect(rcsSegments(text)).toBe(new RcsSegmentedMessage(text, "us").segmentsCount);
    }),
  );
});
