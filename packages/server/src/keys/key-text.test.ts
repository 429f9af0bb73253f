import { expect, test } from "vitest";
import { hashKeyText, idOfKeyText, makeKeyText } from "./key-text.ts";

test("a key is its prefix, its id, 43 digits of secret and 6 of checksum", () => {
  const { id, text, hash } = makeKeyText();
  expect(text).toMatch(new RegExp(`^cpk_${id}_[0-9A-Za-z]{49}$`));
  expect(idOfKeyText(text)).toBe(id);
  expect(hash).toEqual(hashKeyText(text));
});

test("no two keys are the same", () => {
  const texts = Array.from({ length: 1_000 }, () => makeKeyText().text);
  expect(new Set(texts).size).toBe(1_000);
});

test("a key with any one character changed is no key", () => {
  const { text } = makeKeyText();
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === "x" ? "y" : "x";
    expect(idOfKeyText(text.slice(0, at) + other + text.slice(at + 1))).toBeNull();
  }
});

test.each(["", "cpk_", "Bearer", "cpk_00000000000_", `cpk_${"0".repeat(11)}_${"0".repeat(49)}`])(
  "%j is no key",
  (text) => expect(idOfKeyText(text)).toBeNull(),
);
