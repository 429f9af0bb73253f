import { expect, test } from "vitest";
import { nearNames } from "./near-names.ts";

const NAMES = ["event.account-unknown", "event.source-unknown", "event.too-old", "rating.no-rate"];

test.each<[string, readonly string[]]>([
  ["event.acount-unknown", ["event.account-unknown", "event.source-unknown"]],
  ["account-unknown", ["event.account-unknown"]],
  ["rating.norate", ["rating.no-rate"]],
  ["event.too-old", ["event.too-old"]],
  ["nonsense", []],
])("near %s: %s", (name, expected) => {
  expect(nearNames(name, NAMES)).toEqual(expected);
});

test("at most three, the likeliest first", () => {
  expect(nearNames("ab", ["abcd", "xab", "ax", "b", "a"])).toEqual(["abcd", "xab", "ax"]);
});
