import { expect, test } from "vitest";
import { stateOfAreaCode } from "./area-codes.ts";

/** Every code that the plan could have. */
const CODES = Array.from({ length: 800 }, (_, at) => String(at + 200));

test.each`
  code     | state
  ${"212"} | ${"NY"}
  ${"201"} | ${"NJ"}
  ${"202"} | ${"DC"}
  ${"808"} | ${"HI"}
  ${"787"} | ${"PR"}
  ${"340"} | ${"VI"}
  ${"416"} | ${null}
  ${"876"} | ${null}
  ${"800"} | ${null}
  ${"900"} | ${null}
`("$code is in $state", ({ code, state }) => {
  expect(stateOfAreaCode(code)).toBe(state);
});

test("there are fifty states, the capital's district and five territories", () => {
  const states = CODES.map(stateOfAreaCode).filter((state) => state !== null);
  expect(new Set(states).size).toBe(56);
  expect(states).toHaveLength(377);
});

test("no code of services or of a special form belongs to a state", () => {
  const services = CODES.filter((code) => /^(?:.(.)\1|.9.)$/.test(code));
  const assigned = services.filter((code) => stateOfAreaCode(code) !== null);
  expect(assigned).toEqual([]);
});
