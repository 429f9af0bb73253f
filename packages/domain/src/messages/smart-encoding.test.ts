import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { segmentMessage } from "./segment-message.ts";
import { encodeSmartly } from "./smart-encoding.ts";

/** What a large platform's smart encoding writes for a character, by its code point. */
const TABLE: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("./fixtures/smart-encoding.json", import.meta.url), "utf8"),
);
const CASES = Object.entries(TABLE).map(
  ([name, replacement]) =>
    [name, String.fromCodePoint(Number.parseInt(name.slice(2), 16)), replacement] as const,
);

test.each(CASES)("%s becomes GSM 7-bit", (_, character, replacement) => {
  expect(encodeSmartly(character)).toBe(replacement);
  expect(segmentMessage(replacement).encoding).toBe("gsm7");
  expect(segmentMessage(`${character}x`).encoding).toBe("ucs2");
});

test("the table has 270 characters", () => expect(CASES).toHaveLength(270));

test.each([
  ["“1…2”", '"1...2"', "quotes and an ellipsis"],
  ["cafe\u0301", "café", "accents are composed first, so that é stays é"],
  ["\u200bhi\ufeff", "hi", "what has no width vanishes"],
  ["Привет", "Привет", "what the table does not hold stays"],
])("%s is sent as %s: %s", (text, sent) => {
  expect(encodeSmartly(text)).toBe(sent);
});
