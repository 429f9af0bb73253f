import { expect, test } from "vitest";
import type { DeckRow } from "../catalogue/catalogue.ts";
import { type Instant, parseInstant } from "../instant.ts";
import { type OfferedRow, planDeckVersions } from "./plan-deck-versions.ts";

const day = (text: string): Instant => parseInstant(`${text}T00:00:00Z`);
const DAYS = ["2026-12-01", "2026-12-08", "2026-12-15"];

function offered(key: string, rate: string | null, date = "2026-12-01"): OfferedRow {
  return { key, row: rate === null ? null : { key, rate }, at: day(date) };
}

function plan(rows: readonly OfferedRow[], inForce: readonly DeckRow[], isWhole = true) {
  const dates = new Map(DAYS.map((text) => [day(text), text]));
  const offer = { from: "2026-12-01", at: day("2026-12-01"), rows, dates, isWhole };
  return planDeckVersions(offer, inForce).map((version) => [
    version.from,
    Object.fromEntries(version.rows.map(({ key, rate }) => [key, rate])),
  ]);
}

const inForce = [
  { key: "33", rate: "3" },
  { key: "49", rate: "4" },
];

test("a whole list takes the deck's place: what it does not name is gone", () => {
  expect(plan([offered("49", "5"), offered("31", "1")], inForce)).toEqual([
    ["2026-12-01", { "31": "1", "49": "5" }],
  ]);
});

test("a list of changes leaves the other rows as they are", () => {
  expect(plan([offered("49", "5"), offered("33", null)], inForce, false)).toEqual([
    ["2026-12-01", { "49": "5" }],
  ]);
});

test("each day that a row names makes a version; until then the row in force stays", () => {
  const rows = [
    offered("31", "1"),
    offered("49", "5", "2026-12-15"),
    offered("31", "2", "2026-12-08"),
  ];
  expect(plan(rows, inForce)).toEqual([
    ["2026-12-01", { "31": "1", "49": "4" }],
    ["2026-12-08", { "31": "2", "49": "4" }],
    ["2026-12-15", { "31": "2", "49": "5" }],
  ]);
});

test("a destination may be deleted on a later day", () => {
  expect(plan([offered("49", "5"), offered("49", null, "2026-12-08")], [])).toEqual([
    ["2026-12-01", { "49": "5" }],
    ["2026-12-08", {}],
  ]);
});
