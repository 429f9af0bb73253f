import { expect, test } from "vitest";
import type { BookType } from "../rating/book.ts";
import { BUILT_IN_TYPES } from "./built-in-types.ts";
import { compileMeasures, measureEvent } from "./measure-event.ts";

function measure(type: string, data: Record<string, unknown>, plan = {}) {
  const bookType: Pick<BookType, "measures"> = { measures: compileMeasures(BUILT_IN_TYPES[type]!) };
  return measureEvent(bookType, data, plan);
}

const CALL = {
  direction: "outbound",
  from: "1001",
  to: "030 123456",
  status: "answered",
  durationSeconds: "61.25",
  carrier: "atlas",
};
const GERMAN = {
  countryCode: "49",
  nationalPrefix: "0",
  internationalPrefixes: ["00"],
  internalDigitsMax: 4,
};

test("a call has milliseconds, numbers by the dial plan and the country called", () => {
  expect(measure("voice.call", CALL, GERMAN)).toEqual({
    quantities: { milliseconds: 61_250, calls: 1 },
    numbers: { to: "4930123456" },
    dimensions: {
      direction: "outbound",
      country: "DE",
      // Its caller is an extension of four digits.
      originClass: "invalid",
      status: "answered",
      carrier: "atlas",
      channel: "voice.outbound",
    },
    counted: null,
  });
});

test("an unanswered call counts as a call and has no time", () => {
  const measured = measure("voice.call", { ...CALL, status: "busy" }, GERMAN);
  expect(measured).toMatchObject({ quantities: { milliseconds: 0, calls: 1 } });
});

test.each(["0.0001", "-1", "1e30", "abc", 0.0001])(
  "%s seconds are no quantity",
  (durationSeconds) => {
    expect(measure("voice.call", { ...CALL, durationSeconds })).toEqual({
      refused: "event.quantity-invalid",
      detail: "durationSeconds",
    });
  },
);

test.each`
  data                         | network
  ${{ mcc: "262", mnc: "01" }} | ${"262-01"}
  ${{ mcc: "262" }}            | ${"262"}
  ${{ mnc: "01" }}             | ${undefined}
`("the network of $data is $network", ({ data, network }) => {
  const measured = measure("sms.message", { direction: "outbound", segments: 1, ...data });
  expect("dimensions" in measured && measured.dimensions.network).toBe(network);
});

test("values of dimensions are cut at 64 characters, because they become part of keys", () => {
  const measured = measure("voice.call", { ...CALL, carrier: "a".repeat(100) });
  expect("dimensions" in measured && measured.dimensions.carrier).toBe("a".repeat(64));
});
