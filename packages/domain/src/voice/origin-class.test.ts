import { expect, test } from "vitest";
import { BUILT_IN_TYPES } from "../events/built-in-types.ts";
import { compileMeasures, measureEvent } from "../events/measure-event.ts";
import { type OriginClass, originClassOf } from "./origin-class.ts";

const GERMAN = "493012345678";

test.each<[string, string | undefined, string | undefined, OriginClass]>([
  ["+4915112345678", "4915112345678", GERMAN, "domestic"],
  ["+33612345678", "33612345678", GERMAN, "eea"],
  ["+4712345678", "4712345678", GERMAN, "eea"],
  ["+41791234567", "41791234567", GERMAN, "nonEea"],
  ["+447400123456", "447400123456", GERMAN, "nonEea"],
  ["+12125550100", "12125550100", "12015550100", "domestic"],
  ["+12125550100", "12125550100", GERMAN, "nonEea"],
  ["+12125550100", "12125550100", undefined, "nonEea"],
  ["1234", undefined, GERMAN, "invalid"],
  ["anonymous", undefined, GERMAN, "invalid"],
  ["+210123456", "210123456", GERMAN, "invalid"],
  ["", undefined, GERMAN, "unknown"],
])("%j (%s) to %s is %s", (written, caller, called, originClass) => {
  expect(originClassOf(written, caller, called)).toBe(originClass);
});

test("a call has its origin class as a dimension, where something asks for it", () => {
  const type = BUILT_IN_TYPES["voice.call"]!;
  const data = {
    direction: "outbound",
    from: "+12125550100",
    to: `+${GERMAN}`,
    status: "answered",
  };
  const call = { ...data, durationSeconds: 1 };
  const dimensions = (named?: ReadonlySet<string>) =>
    measureEvent({ measures: compileMeasures(type, named) }, call, {});
  expect(dimensions()).toMatchObject({ dimensions: { originClass: "nonEea" } });
  expect(dimensions(new Set(["originClass"]))).toMatchObject({
    dimensions: { originClass: "nonEea" },
  });
  expect(dimensions(new Set())).not.toMatchObject({ dimensions: { originClass: "nonEea" } });
});
