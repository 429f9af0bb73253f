import { formatDecimal, parseDecimal } from "@counterpart/domain/decimal.ts";
import type { ExplainedLine } from "@counterpart/domain/explain/explained.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDatabase } from "../../test/test-database.ts";
import type { Db } from "../platform/database.ts";
import { explainStatement } from "./explain-line.ts";
import { KEY, openExplainedWorld } from "./fixtures/explained-world.ts";
import { type LineEvent, listLineEvents } from "./list-line-events.ts";

let testDatabase: TestDatabase;
let db: Db;

beforeAll(async () => {
  testDatabase = await openExplainedWorld();
  db = testDatabase.database.pool("reader");
});

afterAll(async () => testDatabase.drop());

async function lineOf(
  statement: string,
  term: string,
  dimension = "",
  servicePeriod?: string,
): Promise<ExplainedLine> {
  const { lines } = await explainStatement(db, statement);
  const line = lines.find(
    (one) =>
      one.term === term &&
      (dimension === "" || Object.values(one.dimensions).includes(dimension)) &&
      (servicePeriod === undefined || one.servicePeriod === servicePeriod),
  );
  if (line === undefined) throw new Error(`${statement} has no line of ${term} ${dimension}`);
  return line;
}

async function eventsOf(ref: string, limit: number): Promise<LineEvent[]> {
  const events: LineEvent[] = [];
  let after: string | undefined;
  do {
    const page = await listLineEvents(db, ref, { after, limit });
    expect(page.data.length).toBeLessThanOrEqual(limit);
    events.push(...page.data);
    after = page.nextCursor ?? undefined;
  } while (after !== undefined);
  return events;
}

function sum(events: readonly LineEvent[]): string {
  return formatDecimal(
    events.reduce((total, { amount }) => total + parseDecimal(amount!, 12), 0n),
    12,
  );
}

test("a line is its events: those of its tuple and of the agreement's own month", async () => {
  const line = await lineOf("stm_2026-10_briefwerk", "voice", "DE");
  expect(line).toMatchObject({
    amount: "0.036",
    before: "0.00",
    now: "0.04",
    difference: "0.04",
    isAdjustment: false,
  });
  const events = await eventsOf(line.ref, 1);
  expect(events.map(({ id, account, day, amount }) => [id, account, day, amount])).toEqual([
    ["call-1", "briefwerk-main", "2026-10-03", "0.024"],
    ["call-3", "briefwerk-main", "2026-10-04", "0"],
    ["call-2", "briefwerk-two", "2026-10-31", "0.012"],
  ]);
});

test("an adjustment names its period, and lists what was stated before and what is new", async () => {
  const line = await lineOf("stm_2026-11_briefwerk", "voice", "DE", "2026-10");
  expect(line).toMatchObject({
    servicePeriod: "2026-10",
    isAdjustment: true,
    amount: "0.072",
    before: "0.04",
    now: "0.07",
    difference: "0.03",
    earlier: [{ ref: (await lineOf("stm_2026-10_briefwerk", "voice", "DE")).ref, money: "0.04" }],
  });
  const events = await eventsOf(line.ref, 2);
  expect(events.map(({ id, statedBefore }) => [id, statedBefore])).toEqual([
    ["call-1", true],
    ["call-3", true],
    ["late-1", false],
    ["call-2", true],
  ]);
});

test("the events of every event-priced line of every statement add up to its amount", async () => {
  const { rows } = await db.query<{ id: string }>("select id from statement order by id");
  let checked = 0;
  for (const { id } of rows) {
    for (const line of (await explainStatement(db, id)).lines) {
      const events = await eventsOf(line.ref, 2);
      expect(`${line.ref} ${events.length}`).toBe(`${line.ref} ${line.events}`);
      if (line.parts.some(({ kind }) => kind !== "events")) continue;
      expect(`${line.ref} ${sum(events)}`).toBe(`${line.ref} ${line.amount}`);
      checked++;
    }
  }
  expect(checked).toBeGreaterThanOrEqual(10);
});

test("a line priced at close shows its tiers, and its events' quantities add up", async () => {
  const line = await lineOf("stm_2026-10_briefwerk", "inbound");
  expect(line.parts[0]!.steps.map(({ value }) => value)).toEqual([
    "graduated: each unit at the rate of the tier that it falls in",
    "60 s free, taken off first",
    "60 s at 0.0100 EUR per minute: 0.0100 EUR",
    "31.5 s at 0.0060 EUR per minute: 0.00315 EUR",
    "0.01315 EUR, rounded once, half-even at 12 places",
  ]);
  expect(line.quantity).toBe("151.5 s");
  const events = await eventsOf(line.ref, 10);
  expect(events.map(({ billed, unit, amount }) => [billed, unit, amount])).toEqual([
    ["90000", "milliseconds", null],
    ["61500", "milliseconds", null],
  ]);
});

test("a fee is a line without events", async () => {
  const line = await lineOf("stm_2026-10_briefwerk", "fee");
  expect(line).toMatchObject({ difference: "49.00", list: null });
  expect(await eventsOf(line.ref, 10)).toEqual([]);
});

test("404: a line that is not there has no events", async () => {
  const unknown = listLineEvents(db, "stm_2026-10_briefwerk/99", { limit: 10 });
  await expect(unknown).rejects.toMatchObject({ code: "explain.not-found" });
});

test.each(["", "1", "1.2.3", `9999999999.0.${KEY}`, `1.99999999999999.${KEY}`])(
  "400: %j is no cursor",
  async (after) => {
    const page = listLineEvents(db, "stm_2026-10_briefwerk/1", { after, limit: 10 });
    await expect(page).rejects.toMatchObject({ code: "request.cursor-malformed" });
  },
);
