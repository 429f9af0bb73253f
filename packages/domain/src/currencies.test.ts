import { expect, test } from "vitest";
import { minorPlaces } from "./currencies.ts";

test.each`
  currency | places
  ${"EUR"} | ${2}
  ${"USD"} | ${2}
  ${"INR"} | ${2}
  ${"JPY"} | ${0}
  ${"XAF"} | ${0}
  ${"KWD"} | ${3}
  ${"BHD"} | ${3}
  ${"CLF"} | ${4}
`("the minor unit of $currency has $places places", ({ currency, places }) => {
  expect(minorPlaces(currency)).toBe(places);
});

test("165 codes in use have a minor unit", () => {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const pairs = letters.flatMap((first) => letters.map((second) => first + second));
  const codes = pairs.flatMap((pair) => letters.map((third) => pair + third));
  expect(codes.filter(isKnown)).toHaveLength(165);
});

test.each([
  ["withdrawn", "DEM"],
  ["withdrawn", "BGN"],
  ["without a minor unit", "XAU"],
  ["without a minor unit", "XXX"],
  ["in lower case", "eur"],
  ["empty", ""],
  ["a name of the object prototype", "constructor"],
])("a code that is %s is refused: %j", (_because, currency) => {
  expect(() => minorPlaces(currency)).toThrow("currency.unknown");
});

function isKnown(code: string): boolean {
  try {
    return minorPlaces(code) >= 0;
  } catch {
    return false;
  }
}
