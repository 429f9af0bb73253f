/** Backfills: nothing is seen of them until they are closed, and what they did is undone as a whole. */
import { expect, test } from "vitest";
import { finishBackfill } from "../src/backfills/finish-backfill.ts";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { findEvent, listEventFacts } from "../src/explain/explain.repo.ts";
import { explainEvent } from "../src/explain/explain-event.ts";
import { versionsOf } from "../src/explain/record-facts.ts";
import { backfillWorld, correcting, fates, now, restoring, voiding } from "./backfill-world.ts";
import {
  check,
  corrected,
  named,
  outcomes,
  perCheck,
  rerate,
  soundStore,
  state,
} from "./facts-world.ts";
import { applyTerms, close, linesOf, send } from "./small-world.ts";

const store = soundStore();
const backfill = backfillWorld(store);
const { open, add, show, finish, revert } = backfill;
const closeBackfill = backfill.close;

/** Everything that somebody could see or be charged by. */
async function seen(): Promise<unknown> {
  const { rows } = await store.database.pool("owner").query(
    `select (select count(*) from event) as events, (select count(*) from event_fact) as facts,
      (select count(*) from event_key) as keys, (select count(*) from quarantine) as waiting,
      (select sum(amount_pico) from total) as amount, (select sum(count) from usage) as used,
      (select sum(count) from intake) as counted`,
  );
  return rows[0];
}

/** October: "1" to "4" at 0.05, of which "4" is void; then it is stated. */
async function october(): Promise<void> {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(
    database,
    ["1", "2", "3", "4"].map((id) => check(id)),
  );
  await state(database, { kind: "void", items: named("4") });
  await close(database, "2026-10");
}

const ITEMS = [
  check("new-1"),
  check("new-2", "2026-10-20T00:00:00Z"),
  voiding("1"),
  correcting(check("2", "2026-11-02T00:00:00Z")),
  restoring("4"),
];

test("nothing is seen of a backfill until it is closed, and then it is what was shown", async () => {
  await october();
  const before = await seen();
  await open();
  expect(await add(ITEMS)).toEqual({ added: 5, already: 0, refused: [] });
  const shown = await show();
  expect(await seen()).toEqual(before);
  // Two come, one goes, one comes back, and one goes to November: 0.05 more.
  expect(fates(shown.outcomes)).toEqual({ accepted: 2, voided: 1, restored: 1, corrected: 1 });
  expect(shown.effects).toMatchObject([
    { agreement: "hofladen", events: "5", before: "0.1", after: "0.2", money: "0.10" },
  ]);
  const report = await closeBackfill();
  expect([report.row.state, report.pending]).toEqual(["d", 0]);
  expect(report.outcomes).toEqual(shown.outcomes);
  expect(report.effects).toEqual(shown.effects.map((effect) => ({ ...effect, money: null })));
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual([
    "2026-11 verify 1 0.05",
    "2026-10 verify 4 0.05",
  ]);
});

test("a closed backfill is reverted as a whole, and again nothing is owed for it", async () => {
  await october();
  const { rows } = await store.database.pool("owner").query("select content from event_key");
  await open();
  await add(ITEMS);
  await closeBackfill();
  const report = await revert();
  expect([report.row.state, fates(report.undone)]).toEqual(["r", { undone: 5 }]);
  expect(report.undoneEffects).toMatchObject([{ before: "0.2", after: "0.1" }]);
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual([]);
  // What a corrected event said first is what counts as the same again.
  const after = await store.database.pool("owner").query("select content from event_key");
  expect(after.rows).toEqual(expect.arrayContaining(rows));
  expect(await send(store.database, [check("2")])).toEqual(["duplicate"]);
  // Once more changes nothing.
  const all = await seen();
  expect((await revert()).undone).toEqual(report.undone);
  expect(await seen()).toEqual(all);
});

test("an open backfill that is reverted is dropped, and its name is not used again", async () => {
  await october();
  const before = await seen();
  await open();
  await add(ITEMS);
  expect(await revert()).toMatchObject({ row: { state: "r" }, items: 0, undone: [] });
  expect(await seen()).toEqual(before);
  await expect(open()).rejects.toMatchObject({ code: "backfill.name-taken" });
  await expect(add(ITEMS)).rejects.toMatchObject({ code: "backfill.not-open" });
  await expect(closeBackfill()).rejects.toMatchObject({ code: "backfill.being-reverted" });
});

test("what happened meanwhile is told item by item, and spoils nothing", async () => {
  const { database } = store;
  await october();
  await open();
  await add([
    check("same"),
    check("other"),
    check("new"),
    check("unknown-account", undefined, { subject: "nobody" }),
    voiding("1"),
    voiding("missing"),
    restoring("2"),
    correcting(check("3")),
  ]);
  await send(database, [check("same"), check("other", "2026-10-06T00:00:00Z")]);
  await state(database, { kind: "void", items: named("1") });
  const expected = {
    accepted: 1,
    duplicate: 1,
    "event.conflicting": 1,
    "event.account-unknown": 1,
    "fact.event-void": 1,
    "event.unknown": 1,
    "fact.not-void": 1,
    "fact.same-content": 1,
  };
  expect(fates((await show()).outcomes)).toEqual(expected);
  const { outcomes: became } = await closeBackfill();
  expect(fates(became)).toEqual(expected);
  expect(became).toContainEqual({
    outcome: "left",
    code: "event.unknown",
    count: 1,
    example: "switch/missing",
  });
});

test("an event of a backfill may be of any age, also one that waits for being too old", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")], {
    sources: { switch: { reader: "cloudevents", daysBack: 60 } },
  });
  const old = check("waits", "2026-10-05T00:00:00Z");
  expect(await send(database, [old])).toEqual(["quarantined"]);
  await open();
  await add([old, check("older", "2026-03-05T00:00:00Z")]);
  const shown = await show();
  expect(fates(shown.outcomes)).toEqual({ accepted: 2 });
  expect((await closeBackfill()).outcomes).toEqual(shown.outcomes);
  const { rows } = await database.pool("owner").query("select id, mode from event order by time");
  expect(rows.map(({ id }) => id)).toEqual(["older", "waits"]);
  // By the source's window they could not be re-rated or corrected either.
  await applyTerms(database, [perCheck("0.06")], {
    sources: { switch: { reader: "cloudevents", daysBack: 60 } },
  });
  expect(await rerate(database)).toMatchObject({ tried: 1, changed: 1, left: [] });
  const right = corrected(check("older", "2026-03-06T00:00:00Z"));
  expect(await outcomes(database, { kind: "correction", items: right })).toEqual([1]);
});

test("the same lines again are held already; another item of an event is refused", async () => {
  await october();
  await open();
  const item = check("new");
  await add([item, voiding("1")]);
  expect(
    await add([item, "", voiding("1"), correcting(check("1", "2026-10-07T00:00:00Z"))]),
  ).toEqual({
    added: 0,
    already: 2,
    refused: [{ line: 4, refused: "fact.named-twice", detail: "switch/1" }],
  });
  const twice = await add([check("twice"), check("twice", "2026-10-07T00:00:00Z")]);
  expect(twice).toMatchObject({ added: 1, refused: [{ line: 2, refused: "fact.named-twice" }] });
});

test.each([
  ["not JSON", "event.unreadable"],
  ["[1]", "event.unreadable"],
  ["{}", "backfill.item-unreadable"],
  ['{"void": 7}', "backfill.item-unreadable"],
  ['{"void": "no-source"}', "backfill.item-unreadable"],
  ['{"void": "a/\\u0000"}', "backfill.item-unreadable"],
  ['{"correct": "switch/1"}', "backfill.item-unreadable"],
  ['{"correct": {"id": "1"}}', "event.source-missing"],
  ['{"id": "1", "source": "switch"}', "event.type-missing"],
  ['{"delete": "switch/1"}', "backfill.item-unreadable"],
  [check("\u0000"), "event.text-not-storable"],
  [check("1", "2026-10-05"), "event.time-malformed"],
])("the line %s is refused as %s, and its neighbour is kept", async (line, code) => {
  await applyTerms(store.database, [perCheck("0.05")]);
  await open();
  expect(await add([line, check("right")])).toMatchObject({
    added: 1,
    refused: [{ line: 1, refused: code }],
  });
});

test("what somebody else has said since is theirs: a revert leaves it, and tells so", async () => {
  const { database } = store;
  await october();
  await open();
  await add(ITEMS);
  await closeBackfill();
  // Voided anew, corrected anew, restored by somebody: "1" is void again, "2" says something else.
  await state(database, { kind: "restore", items: named("1") });
  await state(database, { kind: "void", items: named("1", "new-2") });
  const again = corrected(check("2", "2026-11-09T00:00:00Z"));
  await state(database, { kind: "correction", items: again });
  // Corrected since, but it came by the backfill.
  const came = corrected(check("new-1", "2026-10-09T00:00:00Z"));
  await state(database, { kind: "correction", items: came });
  const { undone } = await revert();
  expect(fates(undone)).toEqual({ "backfill.stated-since": 2, undone: 2, nothing: 1 });
});

test("a month does not close while a backfill is half closed or half reverted", async () => {
  const { database } = store;
  await october();
  await open();
  await add(ITEMS);
  await backfill.startClose();
  await expect(close(database, "2026-11")).rejects.toMatchObject({
    code: "close.backfill-unfinished",
    detail: { backfill: "late" },
  });
  await finish();
  await backfill.startRevert();
  await expect(close(database, "2026-11")).rejects.toMatchObject({
    code: "close.backfill-unfinished",
  });
  await finish();
  await close(database, "2026-11");
});

test("a half closed backfill is reverted: what it did is undone, the rest never happens", async () => {
  await october();
  const { database } = store;
  await open();
  await add(ITEMS);
  await backfill.startClose();
  const keeper = await openBookKeeper(database);
  // It is killed after the new events.
  const atStep = (step: string): void => {
    if (step === "committed") throw new Error("killed");
  };
  await expect(finishBackfill(database, keeper, "late", { now, atStep })).rejects.toThrow("killed");
  const report = await revert();
  expect([fates(report.outcomes), fates(report.undone)]).toEqual([{ accepted: 2 }, { undone: 2 }]);
  await close(database, "2026-11");
  expect(await linesOf(database, "2026-11")).toEqual([]);
});

test("what a revert states again is explained by the catalogue that rated it first", async () => {
  const { database } = store;
  await october();
  await open();
  await add([correcting(check("1", "2026-10-06T00:00:00Z"))]);
  await applyTerms(database, [perCheck("0.05", { title: "Checks" })]);
  await closeBackfill();
  await revert();
  const db = database.pool("reader");
  const key = (await explainEvent(db, "switch/1")).ref;
  const [row, facts] = [await findEvent(db, key), await listEventFacts(db, key)];
  expect(facts.map(({ ordinal, side, kind }) => `${ordinal}${side} ${kind}`)).toEqual([
    "1- c",
    "1+ c",
    "2- c",
    "2+ c",
  ]);
  const versions = versionsOf(row!, facts).map((one) => [one.row.time, one.row.revision]);
  expect(versions[2]).toEqual(versions[0]);
  expect(versions.map(([, revision]) => revision)).toEqual([1, 2, 1]);
});

test("of a close and the same events sent at once, each event is accepted once", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  const bodies = Array.from({ length: 60 }, (_, n) => check(`${n}`));
  await open();
  await add(bodies);
  await backfill.startClose();
  const [sent, report] = await Promise.all([send(database, bodies.toReversed()), finish()]);
  const { accepted = 0, duplicate = 0 } = fates(report.outcomes);
  expect(accepted + duplicate).toBe(60);
  expect(sent.filter((outcome) => outcome === "accepted")).toHaveLength(60 - accepted);
  // Only its own are taken back.
  await revert();
  await close(database, "2026-10");
  const lines =
    duplicate === 0 ? [] : [`2026-10 verify ${duplicate} ${(duplicate * 0.05).toFixed(2)}`];
  expect(await linesOf(database, "2026-10")).toEqual(lines);
});

test("an empty backfill is not closed, and an unknown one is told so", async () => {
  await applyTerms(store.database, [perCheck("0.05")]);
  await open();
  await expect(closeBackfill()).rejects.toMatchObject({ code: "backfill.empty" });
  for (const action of [closeBackfill, revert, show]) {
    await expect(action("other")).rejects.toMatchObject({ code: "backfill.unknown" });
  }
});

test("a catalogue that changes while it is open prices it as it is when it is closed", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await open();
  await add([check("1")]);
  expect((await show()).effects).toMatchObject([{ after: "0.05" }]);
  const stale = await openBookKeeper(database);
  await applyTerms(database, [perCheck("0.07")]);
  await backfill.startClose();
  await finishBackfill(database, stale, "late", { now });
  expect((await finish()).effects).toMatchObject([{ after: "0.07" }]);
});
