import fc from "fast-check";
import { expect, test } from "vitest";
import { finishTrie, growTrie, headsOf, longestHead, NO_HEAD, setHead } from "./digit-trie.ts";

function trieOf(prefixes: readonly string[]) {
  const growing = growTrie(null, new Int32Array(prefixes.length * 2), 2, 1);
  for (const [at, prefix] of prefixes.entries()) setHead(growing, prefix, () => at);
  return finishTrie(growing);
}

const digits = (maxLength: number, minLength = 1) =>
  fc.string({ unit: fc.constantFrom("0", "1", "9"), minLength, maxLength });

test("a number leads to what each of its prefixes leads to, the longest one last", () =>
  fc.assert(
    fc.property(
      fc.uniqueArray(digits(14), { maxLength: 40 }),
      digits(16, 0),
      fc.nat(100),
      (prefixes, random, pick) => {
        // Half of the numbers begin with a prefix, so that long ones are met.
        const first = pick % 2 === 0 ? "" : (prefixes[pick % (prefixes.length || 1)] ?? "");
        const number = first + random;
        const expected = prefixes
          .filter((prefix) => number.startsWith(prefix))
          .sort((a, b) => a.length - b.length)
          .map((prefix) => prefixes.indexOf(prefix));
        const trie = trieOf(prefixes);
        expect(headsOf(trie, number)).toEqual(expected);
        expect(longestHead(trie, number)).toBe(expected.at(-1) ?? NO_HEAD);
      },
    ),
    { numRuns: 500 },
  ));

test("a prefix that is alone is no longer than it is: the rest of its digits must follow", () => {
  const trie = trieOf(["1", "1234567890123"]);
  expect(longestHead(trie, "1234567890123")).toBe(1);
  expect(longestHead(trie, "123456789012")).toBe(0);
  expect(longestHead(trie, "1234567890124")).toBe(0);
});
