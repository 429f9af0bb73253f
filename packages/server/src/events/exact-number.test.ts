import { expect, test } from "vitest";
import { plainDecimal } from "./exact-number.ts";

test.each`
  token                       | plain
  ${"5"}                      | ${"5"}
  ${"5.0"}                    | ${"5"}
  ${"5e0"}                    | ${"5"}
  ${"1.50e3"}                 | ${"1500"}
  ${"1500E-3"}                | ${"1.5"}
  ${"-0"}                     | ${"0"}
  ${"-0.00e5"}                | ${"0"}
  ${"-1e-7"}                  | ${"-0.0000001"}
  ${"9007199254740993"}       | ${"9007199254740993"}
  ${"0.10000000000000000001"} | ${"0.10000000000000000001"}
  ${"1e40"}                   | ${"10000000000000000000000000000000000000000"}
`("$token is $plain", ({ token, plain }) => expect(plainDecimal(token)).toBe(plain));

test("an exponent that would write thousands of digits stays as it is", () => {
  expect(plainDecimal("1E1000000")).toBe("1e1000000");
});
