import { expect, test } from "vitest";
import type { EventType } from "../events/event-type.ts";
import { describeMeasureChange, findMeasureChanges } from "./find-measure-changes.ts";

const FAX: EventType = {
  title: "Fax",
  schema: { type: "object" },
  channel: "fax",
  quantities: { pages: { field: "pages" }, faxes: {} },
  dimensions: {},
};
const catalogue = (fax: Partial<EventType>) => ({ eventTypes: { "fax.sent": { ...FAX, ...fax } } });

test.each`
  before                  | after                                  | notes                 | because
  ${{}}                   | ${{ measure: "faxes" }}                | ${[]}                 | ${"it names what was counted unnamed"}
  ${{}}                   | ${{ measure: "pages" }}                | ${["faxes to pages"]} | ${"another one is counted from now on"}
  ${{ measure: "pages" }} | ${{ quantities: { faxes: {} } }}       | ${["pages to faxes"]} | ${"the measure was taken out"}
  ${{ measure: "pages" }} | ${{ measure: "pages", title: "Faxe" }} | ${[]}                 | ${"nothing else matters"}
`("a measure that changes is told: $because", ({ before, after, notes }) => {
  const { measure = before.measure } = after;
  const named = after.quantities === undefined ? { ...after, measure } : after;
  const found = findMeasureChanges(catalogue(before), catalogue(named));
  expect(found.map((one) => `${one.before} to ${one.after}`)).toEqual(notes);
});

test("the note says what must not be added up", () => {
  const change = { type: "fax.sent", before: "faxes", after: "pages" };
  expect(describeMeasureChange(change)).toBe(
    "hourly usage of fax.sent counts pages from now on. Hours that have counted faxes stay so: do not add " +
      "them up.",
  );
});
