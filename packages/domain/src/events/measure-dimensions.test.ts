import { expect, test } from "vitest";
import type { EventType } from "./event-type.ts";
import { compileDimensions, measureDimensions } from "./measure-dimensions.ts";

const TYPE: EventType = {
  title: "Parcel",
  schema: {},
  channel: "post.{size}",
  quantities: { parcels: {} },
  dimensions: {
    size: { field: "size" },
    country: { countryOf: "to" },
    network: { network: ["mcc", "mnc"] },
  },
};

test("events that agree in their dimensions share them, whatever else they hold", () => {
  const measures = compileDimensions(TYPE);
  const of = (data: object, to?: string) => measureDimensions(measures, { ...data }, { to });
  const small = of({ size: "s", weight: 1 }, "4930123456");
  expect(small).toEqual({ size: "s", country: "DE", channel: "post.s" });
  expect(of({ size: "s", weight: 2 }, "49401234567")).toBe(small);
  expect(of({ size: "s" }, "4312345678")).not.toBe(small);
  expect(of({ size: "s" })).toEqual({ size: "s", channel: "post.s" });
});

test.each`
  data                         | network
  ${{ mcc: "262", mnc: "01" }} | ${"262-01"}
  ${{ mcc: "262", mnc: "02" }} | ${"262-02"}
  ${{ mcc: "262" }}            | ${"262"}
  ${{ mnc: "01" }}             | ${undefined}
  ${{ mcc: "262", mnc: null }} | ${"262-null"}
`("after others, the network of $data is still $network", ({ data, network }) => {
  const measures = compileDimensions(TYPE);
  for (const mcc of ["262", undefined]) {
    for (const mnc of ["01", "02", undefined]) measureDimensions(measures, { mcc, mnc }, {});
  }
  expect(measureDimensions(measures, data, {}).network).toBe(network);
});

test("a number and its text are one value", () => {
  const measures = compileDimensions(TYPE);
  const text = measureDimensions(measures, { size: "2" }, {});
  expect(measureDimensions(measures, { size: 2 }, {})).toBe(text);
});

test("dimensions that nothing asks for are left out, unless the channel holds them", () => {
  const measures = compileDimensions(TYPE, new Set(["country"]));
  const dimensions = measureDimensions(measures, { size: "s", mcc: "262" }, { to: "4930123456" });
  expect(dimensions).toEqual({ size: "s", country: "DE", channel: "post.s" });
});

test("memory is bounded: what is forgotten is made again, and long texts are not kept", () => {
  const measures = compileDimensions(TYPE);
  const of = (size: string) => measureDimensions(measures, { size }, {});
  const first = of("0");
  const long = of("x".repeat(65));
  expect(long.size).toBe("x".repeat(64));
  expect(of("x".repeat(65))).not.toBe(long);
  for (let n = 1; n <= 40_000; n++) of(String(n));
  expect(measures.nodes).toBeLessThanOrEqual(100_100);
  expect(of("0")).not.toBe(first);
  expect(of("0")).toEqual(first);
});
