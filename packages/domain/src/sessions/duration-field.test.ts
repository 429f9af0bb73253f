import { expect, test } from "vitest";
import { BUILT_IN_TYPES } from "../events/built-in-types.ts";
import { durationField } from "./duration-field.ts";

test.each`
  type                   | field
  ${"voice.call"}        | ${"durationSeconds"}
  ${"video.participant"} | ${"durationSeconds"}
  ${"sms.message"}       | ${null}
`("the usage of a session of $type is written to $field", ({ type, field }) => {
  expect(durationField(BUILT_IN_TYPES[type]!)).toBe(field);
});
