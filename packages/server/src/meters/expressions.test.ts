import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { filterNames } from "@counterpart/domain/meters/expression.ts";
import { formatMeterValue, fraction } from "@counterpart/domain/meters/meter-value.ts";
import { expect, test } from "vitest";
import { compileDerived, compileFilter, expressionChecks, metersOf } from "./expressions.ts";

const NAMES = filterNames(BUILT_IN_TYPES["voice.call"]!);
const CALL = {
  data: { status: "answered", carrier: "nordwave" },
  dimensions: { country: "DE", channel: "voice.outbound" },
  quantities: { milliseconds: 61_000, calls: 1 },
};

test.each`
  filter                                                   | counts
  ${'data.status == "answered"'}                           | ${true}
  ${"quantities.milliseconds > 60 * 1000"}                 | ${true}
  ${"quantities.milliseconds / 1000 == 61"}                | ${true}
  ${'dimensions.country in ["DE", "AT", "CH"]'}            | ${true}
  ${'data.carrier.startsWith("south")'}                    | ${false}
  ${'data.hangupCause == ""'}                              | ${true}
  ${'dimensions.originCountry == "" && true'}              | ${true}
  ${'!(data.status == "busy" || data.status == "failed")'} | ${true}
`("$filter: $counts, what is absent being empty", ({ filter, counts }) => {
  expect(expressionChecks.filter(filter, NAMES)).toBeNull();
  expect(compileFilter(filter, NAMES)(CALL)).toBe(counts);
});

test.each`
  filter                                      | because
  ${"data.nosuch == 1"}                       | ${"No such key: nosuch"}
  ${"data.status > 5"}                        | ${"no such overload: string > int"}
  ${"data.status"}                            | ${"it is string, not bool"}
  ${"data.status =="}                         | ${"Unexpected token: EOF"}
  ${""}                                       | ${"Unexpected token: EOF"}
  ${'data.status.matches("(a+)+$")'}          | ${"matches may run too long"}
  ${"[1, 2].exists(n, n > 1)"}                | ${"exists may run too long"}
  ${"[[1]].all(n, n.all(m, m > 0))"}          | ${"all may run too long"}
  ${'{"a": 1}.a == 1'}                        | ${"maxMapEntries"}
  ${`${"(".repeat(60)}true${")".repeat(60)}`} | ${"maxDepth"}
  ${`${"true && ".repeat(200)}true`}          | ${"Exceeded max"}
  ${`"${"x".repeat(3000)}" == data.status`}   | ${"it has more than 2000 characters"}
  ${"process.exit()"}                         | ${"process"}
  ${"data.constructor == data.constructor"}   | ${"constructor"}
  ${"data.__proto__ == data.__proto__"}       | ${"__proto__"}
`("a filter is refused: $because", ({ filter, because }) => {
  expect(expressionChecks.filter(filter, NAMES)).toContain(because);
});

test("a filter without a value refuses instead of guessing", () => {
  const filter = compileFilter("quantities.milliseconds / (quantities.calls - 1) > 1", NAMES);
  expect(() => filter(CALL)).toThrow("meter.expression-failed");
});

const METERS = ["answered", "attempts", "minutes"];
const VALUES = {
  answered: fraction(2n, 1n),
  attempts: fraction(3n, 1n),
  minutes: fraction(5n, 2n),
};

test.each`
  derive                                                 | value
  ${"answered / attempts"}                               | ${"0.666666666667"}
  ${"100 * answered / attempts - 1"}                     | ${"65.666666666667"}
  ${"answered / attempts * attempts"}                    | ${"2"}
  ${"minutes + minutes"}                                 | ${"5"}
  ${"attempts > 0 ? answered / attempts : answered"}     | ${"0.666666666667"}
  ${"attempts - answered - 1 >= 1 ? attempts : minutes"} | ${"2.5"}
`("$derive of 2 answered, 3 attempts, 2.5 minutes is $value, exactly", ({ derive, value }) => {
  expect(expressionChecks.derived(derive, METERS)).toHaveProperty("uses");
  expect(formatMeterValue(compileDerived(derive, METERS)(VALUES))).toBe(value);
});

test("a derived meter says what it uses", () => {
  expect(metersOf("answered / (attempts + attempts)", METERS)).toEqual(["answered", "attempts"]);
});

test.each`
  derive              | because
  ${"answered * 1.5"} | ${"no such overload"}
  ${"nosuch + 1"}     | ${"nosuch"}
  ${"1 + 1"}          | ${"it is int, not Value"}
  ${"answered > 1"}   | ${"it is bool, not Value"}
`("$derive is refused: $because", ({ derive, because }) => {
  expect(expressionChecks.derived(derive, METERS)).toMatchObject({
    why: expect.stringContaining(because),
  });
});

test("a division by zero has no value", () => {
  const derive = compileDerived("answered / (attempts - 3)", METERS);
  expect(() => derive(VALUES)).toThrow("meter.expression-failed");
});
