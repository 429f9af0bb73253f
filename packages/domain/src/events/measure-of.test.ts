import { expect, test } from "vitest";
import { BUILT_IN_TYPES } from "./built-in-types.ts";
import { measureOf } from "./measure-of.ts";

test.each`
  quantities                           | measure      | counted    | because
  ${{ pages: {}, faxes: {} }}          | ${"pages"}   | ${"pages"} | ${"the type names it"}
  ${{ pages: {} }}                     | ${undefined} | ${"pages"} | ${"there is no other"}
  ${{ pages: {}, faxes: {} }}          | ${undefined} | ${"faxes"} | ${"of names of one length the first by letters was stored first"}
  ${{ characters: {}, z: {}, aa: {} }} | ${undefined} | ${"z"}     | ${"the shortest name was stored first"}
`("hourly usage counts $counted of $quantities: $because", ({ quantities, measure, counted }) => {
  expect(measureOf({ quantities, measure })).toBe(counted);
});

test("a built-in type of several quantities names the one that hourly usage counts, its first", () => {
  const several = Object.entries(BUILT_IN_TYPES).filter(
    ([, { quantities }]) => Object.keys(quantities).length > 1,
  );
  expect(several.map(([name, { measure }]) => [name, measure])).toEqual(
    several.map(([name, { quantities }]) => [name, Object.keys(quantities)[0]]),
  );
});
