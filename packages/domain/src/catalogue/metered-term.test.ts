import { expect, test } from "vitest";
import type { Meter } from "../meters/meter.ts";
import type { Term } from "./catalogue.ts";
import {
  countedBy,
  holdsLevels,
  intakesOf,
  isMeteredTerm,
  type MeteredTerm,
  measureOfMeter,
  metersUnder,
  resolveMeter,
} from "./metered-term.ts";

const METERS: Readonly<Record<string, Meter>> = {
  attempts: { title: "All calls", on: "voice.call", aggregation: "count" },
  answered: { on: "voice.call", where: { status: "answered" }, aggregation: "count" },
  long: { on: "voice.call", filter: "quantities.milliseconds > 9", aggregation: "count" },
  talked: { on: "voice.call", aggregation: "sum", of: "milliseconds" },
  peak: { on: "voice.call", aggregation: "peakConcurrent", of: "milliseconds" },
  sent: { on: "sms.message", aggregation: "count" },
  level: { on: "storage.level", aggregation: "timeWeighted", of: "bytes", per: "v", over: "hour" },
  rate: { derive: "100 * answered / attempts" },
  perMessage: { derive: "sent > 0 ? talked / sent : talked" },
  deep: { derive: "rate + perMessage" },
};

const on = (meter: string): MeteredTerm => {
  const price = { model: "perUnit", rate: "2", per: "unit" } as const;
  const term = resolveMeter({ id: "t", meter, price }, METERS);
  if (!isMeteredTerm(term)) throw new Error("it stands on a meter");
  return term;
};

test("a term in force brings the meters that it needs, without their titles", () => {
  expect(on("rate").meters).toEqual({
    rate: METERS.rate,
    answered: METERS.answered,
    attempts: { on: "voice.call", aggregation: "count" },
  });
});

test("a rate per unit is one open tier", () => {
  const tiers = [{ upTo: null, rate: "2" }];
  expect(on("peak").price).toEqual({ model: "graduated", per: "unit", tiers });
});

test("a term on events stays as it is", () => {
  const term: Term = { id: "t", on: "voice.call", price: on("peak").price };
  expect(resolveMeter(term, METERS)).toBe(term);
});

test("a meter stands on all that its expression names, however deep", () => {
  const names = [...metersUnder("deep", METERS).keys()].toSorted();
  expect(names).toEqual(["answered", "attempts", "deep", "perMessage", "rate", "sent", "talked"]);
});

test.each`
  meter           | intakes                                                                | because
  ${"attempts"}   | ${[["voice.call", undefined, true]]}                                   | ${"it counts every call"}
  ${"answered"}   | ${[["voice.call", { status: "answered" }, true]]}                      | ${"its condition is known as an event comes"}
  ${"long"}       | ${[["voice.call", undefined, false]]}                                  | ${"a filter is not"}
  ${"rate"}       | ${[["voice.call", undefined, false]]}                                  | ${"its meters count different calls"}
  ${"perMessage"} | ${[["sms.message", undefined, true], ["voice.call", undefined, true]]} | ${"it stands on two types"}
`("the events of $meter: $because", ({ meter, intakes }) => {
  const found = intakesOf(on(meter)).map((one) => [one.on, one.where, one.covers]);
  expect(found.toSorted()).toEqual(intakes);
});

test.each`
  meter         | counted           | measure            | holds
  ${"attempts"} | ${"units"}        | ${"units"}         | ${false}
  ${"peak"}     | ${"units"}        | ${"units"}         | ${false}
  ${"rate"}     | ${"units"}        | ${"units"}         | ${false}
  ${"talked"}   | ${"milliseconds"} | ${"milliseconds"}  | ${false}
  ${"level"}    | ${"bytes"}        | ${"bytes × hours"} | ${true}
`("$meter counts $measure", ({ meter, counted, measure, holds }) => {
  expect(countedBy(METERS[meter]!)).toBe(counted);
  expect(measureOfMeter(on(meter))).toBe(measure);
  expect(holdsLevels(on(meter))).toBe(holds);
});
