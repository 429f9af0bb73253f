import { expect, test } from "vitest";
import { chargesFromText } from "./charge.ts";

test("the compact form holds every value of each charge, whatever its size", () => {
  expect(
    chargesFromText("7,20727,3,51,61000,120000,24000000000,;8,20728,0,0,1,1,,-90071992547409930"),
  ).toEqual([
    {
      termVersion: 7,
      day: 20_727,
      tuple: 3,
      deckRow: 51,
      raw: 61_000n,
      billed: 120_000n,
      amount: 24_000_000_000n,
      base: null,
      count: 1,
      steps: "",
    },
    {
      termVersion: 8,
      day: 20_728,
      tuple: 0,
      deckRow: 0,
      raw: 1n,
      billed: 1n,
      amount: null,
      base: -90_071_992_547_409_930n,
      count: 1,
      steps: "",
    },
  ]);
  expect(chargesFromText("")).toEqual([]);
});
