/** Prices that change for the past: re-rated, previewed, and stated as adjustments. */
import { parseInstant } from "@counterpart/domain/instant.ts";
import { expect, test } from "vitest";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { printProposed } from "../src/reratings/print-rerating.ts";
import { loadRerating, runRerating, startRerating } from "../src/reratings/rerate.ts";
import {
  aboutOctober,
  check,
  corrected,
  named,
  OCTOBER,
  perCheck,
  preview,
  rerate,
  soundStore,
  state,
  tiers,
} from "./facts-world.ts";
import { applyTerms, close, linesOf, send } from "./small-world.ts";

const store = soundStore();

test("a rate that was wrong is re-rated as previewed, and adjusted by its exact money", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1"), check("2"), check("3", "2026-11-01T00:00:00Z")]);
  await close(database, "2026-10");
  // It should have been 0.03 from the start.
  await applyTerms(database, [perCheck("0.03")]);
  const expected = {
    tried: 2,
    changed: 2,
    effects: [
      {
        agreement: "hofladen",
        party: "hofladen",
        role: "customer",
        currency: "EUR",
        before: "0.1",
        after: "0.06",
        difference: "-0.04",
        atClose: 0,
        events: "2",
      },
    ],
    left: [],
  };
  const previewed = await preview(database);
  expect(previewed).toMatchObject(expected);
  expect(previewed.effects).toMatchObject([{ money: "-0.04" }]);
  const told = previewed.effects.map((effect) => ({ ...effect, money: null }));
  expect(await rerate(database)).toEqual({ ...previewed, effects: told });
  // Once more changes nothing.
  expect(await rerate(database)).toMatchObject({ tried: 2, changed: 0, effects: [], left: [] });
  await close(database, "2026-11");
  expect(await linesOf(database, "2026-11")).toEqual([
    "2026-11 verify 1 0.05",
    "2026-10 verify 2 -0.04",
  ]);
});

test("a new title, or another version of the same price, changes no event", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1")]);
  await applyTerms(database, [perCheck("0.050", { title: "Checks" })]);
  expect(await rerate(database)).toMatchObject({ tried: 1, changed: 0 });
});

test("a month that was stated by tiers goes through the new ones when all of it is re-rated", async () => {
  const { database } = store;
  await applyTerms(database, [tiers("1.00")]);
  await send(database, [check("1"), check("2", "2026-10-07T00:00:00Z")]);
  await close(database, "2026-10");
  await applyTerms(database, [tiers("1.50")]);
  expect((await preview(database)).effects).toMatchObject([
    { before: "0", after: "0", difference: "0", atClose: 4, money: "1.00" },
  ]);
  // Half of it leaves the month with the tiers that stated it.
  const half = await preview(database, { to: parseInstant("2026-10-06T00:00:00Z") });
  expect(half.effects).toMatchObject([{ atClose: 2, money: "0.00" }]);
  const report = await rerate(database);
  expect(report.effects).toMatchObject([{ before: "0", after: "0", atClose: 4, events: "2" }]);
  await close(database, "2026-11");
  expect(await aboutOctober(database, "2026-11")).toEqual(["2026-10 verify 2 1.00"]);
});

test("what can no longer be rated is listed with its reason, and stays as it is", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1"), check("2", "2026-10-20T00:00:00Z")]);
  await close(database, "2026-10");
  // From the middle of October nothing is agreed on any more.
  const versions = [{ from: "2026-01-01", to: "2026-10-15", terms: [perCheck("0.06")] }];
  const agreement = {
    party: "hofladen",
    role: "customer",
    currency: "EUR",
    timeZone: "UTC",
    cycle: "monthly",
    accounts: ["shop"],
    versions,
  };
  await applyTerms(database, [], { agreements: { hofladen: agreement } });
  const report = await rerate(database);
  expect(report).toMatchObject({
    tried: 2,
    changed: 1,
    left: [{ code: "rating.no-agreement", count: 1, samples: [{ event: "switch/2" }] }],
  });
  expect(report).toEqual({ ...(await preview(database)), changed: 1, effects: report.effects });
  await close(database, "2026-11");
  expect(await aboutOctober(database, "2026-11")).toEqual(["2026-10 verify 2 0.01"]);
});

test("void events are passed over; corrected ones are re-rated as they stand", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("void"), check("moved", "2026-11-05T00:00:00Z"), check("kept")]);
  await state(database, { kind: "void", items: named("void") });
  // November's event was October's.
  const right = check("moved", "2026-10-31T23:59:59.999Z");
  await state(database, { kind: "correction", items: corrected(right) });
  await applyTerms(database, [perCheck("0.06")]);
  expect(await rerate(database)).toMatchObject({ tried: 2, changed: 2 });
  expect(
    await rerate(database, { from: OCTOBER.to, to: parseInstant("2026-12-01T00:00:00Z") }),
  ).toMatchObject({
    tried: 0,
  });
  await state(database, { kind: "restore", items: named("void") });
  expect(await rerate(database)).toMatchObject({ tried: 3, changed: 1 });
  await close(database, "2026-10");
  expect(await linesOf(database, "2026-10")).toEqual(["2026-10 verify 3 0.18"]);
});

test("an alias that named the wrong account moves its events to the right one", async () => {
  const { database } = store;
  const accounts = (owner: string) => ({
    parties: { hofladen: { name: "Hofladen" }, mitte: { name: "Mitte" } },
    accounts: Object.fromEntries(
      ["shop", "second"].map((name) => [
        name,
        { party: "hofladen", ...(name === owner ? { aliases: [{ name: "AC1" }] } : {}) },
      ]),
    ),
    agreements: {
      hofladen: {
        party: "hofladen",
        role: "customer",
        currency: "EUR",
        timeZone: "UTC",
        cycle: "monthly",
        accounts: ["shop", "second"],
        versions: [{ from: "2026-01-01", terms: [perCheck("0.05")] }],
      },
    },
  });
  await applyTerms(database, [], accounts("shop"));
  await send(database, [check("1", undefined, { subject: "AC1" })]);
  await applyTerms(database, [], accounts("second"));
  expect(await rerate(database)).toMatchObject({ changed: 1 });
  const { rows } = await database.pool("owner").query(
    `select name, sum(count)::integer as count from total
        join handle on handle.id = account_id group by 1 order by 1`,
  );
  expect(rows).toEqual([
    { name: "second", count: 1 },
    { name: "shop", count: 0 },
  ]);
  expect(await rerate(database)).toMatchObject({ changed: 0 });
});

test("a filter narrows what is re-rated, and names what it does not know", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1")]);
  await applyTerms(database, [perCheck("0.06")]);
  expect(await preview(database, { types: ["sms.message"] })).toMatchObject({ tried: 0 });
  expect(await preview(database, { types: ["verify.check"] })).toMatchObject({ changed: 1 });
  expect(await preview(database, { terms: ["verify"], agreements: ["hofladen"] })).toMatchObject({
    changed: 1,
  });
  for (const filter of [
    { accounts: ["x"] },
    { types: ["x"] },
    { agreements: ["x"] },
    { terms: ["x"] },
  ]) {
    await expect(preview(database, filter)).rejects.toMatchObject({
      code: "rerating.filter-unknown",
    });
  }
  await expect(preview(database, { to: OCTOBER.from })).rejects.toMatchObject({
    code: "rerating.range-empty",
  });
});

test("only events of types that are asked for, or that the terms have priced, are looked at", async () => {
  const { database } = store;
  const lookup = (rate: string) => ({
    id: "lookup",
    on: "lookup.query",
    price: { model: "perUnit", rate, per: "lookup" },
  });
  await applyTerms(database, [perCheck("0.05"), lookup("0.01")]);
  const query = { type: "lookup.query", data: { kind: "carrier" } };
  await send(database, [check("1"), check("2", undefined, query), check("3", undefined, query)]);
  // It was sent as another type: it is found by what it stands at.
  await state(database, { kind: "correction", items: corrected(check("3")) });
  await applyTerms(database, [perCheck("0.06"), lookup("0.02")]);
  expect(await preview(database)).toMatchObject({ tried: 3, changed: 3 });
  expect(await preview(database, { types: ["verify.check"] })).toMatchObject({
    tried: 2,
    changed: 2,
  });
  expect(await preview(database, { terms: ["lookup"] })).toMatchObject({ tried: 1, changed: 1 });
  expect(await preview(database, { terms: ["lookup"], types: ["verify.check"] })).toMatchObject({
    tried: 0,
  });
  expect(await preview(database, { agreements: ["hofladen"] })).toMatchObject({ changed: 3 });
  expect(await rerate(database, { types: ["lookup.query"] })).toMatchObject({ changed: 1 });
});

test("a price on a meter is re-rated like one of events", async () => {
  const { database } = store;
  const meters = { checks: { title: "Checks", on: "verify.check", aggregation: "count" } };
  const metered = (rate: string) => ({
    id: "checks",
    meter: "checks",
    price: { model: "perUnit", rate, per: "unit" },
  });
  await applyTerms(database, [metered("1.00")], { meters });
  await send(database, [check("1"), check("2")]);
  await close(database, "2026-10");
  const { reratings } = await applyTerms(database, [metered("1.50")], { meters });
  expect(reratings).toMatchObject([{ agreements: ["hofladen"], events: 2 }]);
  const filter = { terms: ["checks"] };
  expect(await preview(database, filter)).toMatchObject({
    changed: 2,
    effects: [{ money: "1.00" }],
  });
  expect(await rerate(database, filter)).toMatchObject({ changed: 2 });
  await close(database, "2026-11");
  expect(await aboutOctober(database, "2026-11")).toEqual(["2026-10 checks 2 1.00"]);
});

test("a catalogue that changes between preview and re-rating is said", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1")]);
  await applyTerms(database, [perCheck("0.06")]);
  const { revision } = await preview(database);
  await applyTerms(database, [perCheck("0.07")]);
  const keeper = await openBookKeeper(database);
  const request = { filter: OCTOBER, reason: "a test", by: "test", revision };
  await expect(startRerating(database, keeper, request)).rejects.toMatchObject({
    code: "catalogue.changed",
  });
  // One that was noted before the change is stopped, and changes nothing.
  const batch = await startRerating(database, keeper, { ...request, revision: null });
  await applyTerms(database, [perCheck("0.08")]);
  await expect(runRerating(database, keeper, batch)).rejects.toMatchObject({
    code: "catalogue.changed",
    detail: { rerating: batch },
  });
  const { row } = await loadRerating(database.pool("reader"), keeper.book(), batch);
  expect([row.state, row.changed]).toEqual(["s", "0"]);
});

test("a price that is published for the past proposes its re-rating, which brings it about", async () => {
  const { database } = store;
  const first = await applyTerms(database, [perCheck("0.05")]);
  expect(first.reratings).toEqual([]);
  await send(database, [
    check("1"),
    check("2", "2026-10-31T22:30:00Z"),
    check("3", "2026-11-02T00:00:00Z"),
  ]);
  expect((await applyTerms(database, [perCheck("0.05", { title: "Checks" })])).reratings).toEqual(
    [],
  );
  // It was 0.03 in October.
  const agreement = (october: string) => ({
    agreements: {
      hofladen: {
        party: "hofladen",
        role: "customer",
        currency: "EUR",
        timeZone: "UTC",
        cycle: "monthly",
        accounts: ["shop"],
        versions: [
          { from: "2026-01-01", terms: [perCheck(october)] },
          { from: "2026-11-01", terms: [perCheck("0.05")] },
        ],
      },
    },
  });
  const { reratings, revision } = await applyTerms(database, [], agreement("0.03"));
  expect(reratings).toEqual([
    { from: "2026-10-05", to: "2026-10-31T23:00:00Z", agreements: ["hofladen"], events: 2 },
  ]);
  expect(printProposed(reratings, revision)).toBe(
    "The catalogue before has priced up to 2 events that this one may price otherwise. " +
      "Look, then do it:\n" +
      "  counterpart rerate --from 2026-10-05 --to 2026-10-31T23:00:00Z --agreement hofladen " +
      `--reason "prices of revision ${revision}"`,
  );
  const range = {
    from: parseInstant("2026-10-05T00:00:00Z"),
    to: parseInstant("2026-10-31T23:00:00Z"),
    agreements: ["hofladen"],
  };
  expect(await rerate(database, range)).toMatchObject({ tried: 2, changed: 2 });
  expect(await rerate(database)).toMatchObject({ changed: 0 });
  // Without a change nothing is proposed, nor where nothing was used.
  expect((await applyTerms(database, [], agreement("0.03"))).reratings).toEqual([]);
});

test("an agreement that is back-dated proposes the range that nobody was charged for", async () => {
  const { database } = store;
  const other = { party: "hofladen", currency: "EUR", timeZone: "UTC", cycle: "monthly" };
  const share = {
    id: "share",
    on: "verify.check",
    price: { model: "percentage", of: "customerCharge", percent: "10" },
  };
  const agreements = (more: object) => ({
    agreements: {
      hofladen: {
        ...other,
        role: "customer",
        accounts: ["shop"],
        versions: [{ from: "2026-01-01", terms: [perCheck("0.05")] }],
      },
      ...more,
    },
  });
  await applyTerms(database, [], agreements({}));
  await send(database, [check("1"), check("2", "2026-11-02T00:00:00Z")]);
  const versions = [{ from: "2026-11-01", terms: [share] }];
  const late = { ...other, role: "referrer", accounts: ["shop"], versions };
  const { reratings } = await applyTerms(database, [], agreements({ late }));
  expect(reratings).toEqual([
    { from: "2026-11-02", to: "2026-11-02T01:00:00Z", agreements: ["late"], events: 1 },
  ]);
  expect((await preview(database, { to: OCTOBER.to })).changed).toBe(0);
  expect(await rerate(database, { to: parseInstant("2026-12-01T00:00:00Z") })).toMatchObject({
    changed: 1,
    effects: [{ agreement: "late", before: "0", after: "0.005" }],
  });
});

test("a month does not close while a re-rating of it is unfinished", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1")]);
  const keeper = await openBookKeeper(database);
  const request = { filter: OCTOBER, reason: "a test", by: "test", revision: null };
  const batch = await startRerating(database, keeper, request);
  await expect(close(database, "2026-10")).rejects.toMatchObject({
    code: "close.rerating-unfinished",
  });
  // Asked for again it is the same one.
  expect(await startRerating(database, keeper, request)).toBe(batch);
  await runRerating(database, keeper, batch);
  expect((await close(database, "2026-10")).statements).toHaveLength(1);
});
