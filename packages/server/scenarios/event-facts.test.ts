/** Facts about events after their month was closed: what the next statement says of them. */
import { expect, test } from "vitest";
import { readEvent } from "../src/events/read-event.ts";
import {
  aboutOctober,
  check,
  corrected,
  named,
  outcomes,
  perCheck,
  soundStore,
  state,
} from "./facts-world.ts";
import { applyTerms, close, linesOf, send } from "./small-world.ts";

const store = soundStore();

test("a void after the close is an adjustment of its exact money, and a restore gives it back", async () => {
  const { database } = store;
  // October: three checks at 0.05 are stated.
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1"), check("2"), check("3")]);
  await close(database, "2026-10");
  expect(await linesOf(database, "2026-10")).toEqual(["2026-10 verify 3 0.15"]);
  // 5 November: one was a test call of ours.
  const { results } = await state(database, { kind: "void", items: named("2") });
  expect(results).toMatchObject([
    {
      id: "2",
      ordinal: 1,
      effects: [{ agreement: "hofladen", before: "0.05", after: "0", difference: "-0.05" }],
    },
  ]);
  await close(database, "2026-11");
  expect(await linesOf(database, "2026-11")).toEqual(["2026-10 verify 2 -0.05"]);
  // December: it was none after all.
  expect(await outcomes(database, { kind: "restore", items: named("2") })).toEqual([2]);
  await close(database, "2026-12");
  expect(await linesOf(database, "2026-12")).toEqual(["2026-10 verify 3 0.05"]);
});

test("an event that is voided before its month is closed is on no statement", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1")]);
  await state(database, { kind: "void", items: named("1") });
  await close(database, "2026-10");
  expect(await linesOf(database, "2026-10")).toEqual([]);
});

test("a month whose only event is voided gives all of its money back", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1")]);
  await close(database, "2026-10");
  await state(database, { kind: "void", items: named("1") });
  await close(database, "2026-11");
  expect(await linesOf(database, "2026-11")).toEqual(["2026-10 verify 0 -0.05"]);
});

test("a correction is charged in place of what it corrects, on the day that it says", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1"), check("2")]);
  await close(database, "2026-10");
  // It was sent with a wrong date: it belongs to November.
  const right = check("2", "2026-11-03T00:00:00Z");
  expect(await outcomes(database, { kind: "correction", items: corrected(right) })).toEqual([1]);
  await close(database, "2026-11");
  expect(await linesOf(database, "2026-11")).toEqual([
    "2026-11 verify 1 0.05",
    "2026-10 verify 1 -0.05",
  ]);
  // Voided and restored, it is what the correction said.
  await state(database, { kind: "void", items: named("2") });
  await state(database, { kind: "restore", items: named("2") });
  await close(database, "2026-12");
  expect(await linesOf(database, "2026-12")).toEqual([]);
});

test("after a correction its content is a duplicate, and what was sent first is conflicting", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  const wrong = check("1");
  const right = check("1", "2026-10-07T00:00:00Z");
  await send(database, [wrong]);
  await state(database, { kind: "correction", items: corrected(right) });
  expect(await send(database, [right])).toEqual(["duplicate"]);
  expect(await send(database, [wrong])).toEqual(["conflicting"]);
  expect(await outcomes(database, { kind: "correction", items: corrected(right) })).toEqual([
    "fact.same-content",
  ]);
  expect(await outcomes(database, { kind: "correction", items: corrected(wrong) })).toEqual([2]);
});

test("what cannot be stated is refused by name, and spoils nothing", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  const waiting = check("waits", undefined, { subject: "nobody" });
  await send(database, [check("1"), check("2"), waiting]);
  const items = [...named("none"), ...named("waits"), ...named("1"), ...named("1"), { ref: "x" }];
  expect(await outcomes(database, { kind: "void", items })).toEqual([
    "event.unknown",
    "event.quarantined",
    1,
    "fact.named-twice",
    "event.unknown",
  ]);
  expect(await outcomes(database, { kind: "void", items: named("1") })).toEqual([
    "fact.event-void",
  ]);
  expect(await outcomes(database, { kind: "restore", items: named("2") })).toEqual([
    "fact.not-void",
  ]);
  const ofVoid = corrected(check("1", "2026-10-06T00:00:00Z"));
  expect(await outcomes(database, { kind: "correction", items: ofVoid })).toEqual([
    "fact.event-void",
  ]);
  const others = [{ ref: "switch/2", event: readEvent(check("3")) }];
  expect(await outcomes(database, { kind: "correction", items: others })).toEqual([
    "fact.other-event",
  ]);
  const unknown = corrected(check("2", undefined, { subject: "nobody" }));
  expect((await state(database, { kind: "correction", items: unknown })).results).toMatchObject([
    { refused: "fact.not-ratable", detail: { code: "event.account-unknown", detail: "nobody" } },
  ]);
  const unreadable = [{ ref: "switch/2", event: readEvent("[]") }];
  expect(await outcomes(database, { kind: "correction", items: unreadable })).toEqual([
    "event.unreadable",
  ]);
  const foreign = { kind: "void", items: named("2"), sources: new Set(["other"]) } as const;
  expect(await outcomes(database, foreign)).toEqual(["event.source-not-permitted"]);
  await expect(
    state(database, { kind: "void", items: named("2"), reason: " " }),
  ).rejects.toMatchObject({
    code: "fact.reason-missing",
  });
});

test("a preview says the same and changes nothing", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1")]);
  const preview = await state(database, { kind: "void", items: named("1"), dryRun: true });
  expect(preview.batch).toBeNull();
  const stated = await state(database, { kind: "void", items: named("1") });
  expect(stated.results).toEqual(preview.results);
});

test("the same request again is answered as the first one, and changes nothing", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1")]);
  const request = { kind: "void", items: named("1"), idempotencyKey: "k" } as const;
  const [first, second] = await Promise.all([state(database, request), state(database, request)]);
  expect(second).toEqual(first);
  expect(await state(database, request)).toEqual(first);
  await expect(state(database, { ...request, items: named("2") })).rejects.toMatchObject({
    code: "request.idempotency-key-reused",
  });
});

test("of many facts at once about the same events, each event has one", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  const ids = Array.from({ length: 40 }, (_, n) => `${n}`);
  await send(
    database,
    ids.map((id) => check(id)),
  );
  const items = named(...ids);
  const both = await Promise.all([
    outcomes(database, { kind: "void", items }),
    outcomes(database, { kind: "void", items: items.toReversed() }),
    outcomes(database, { kind: "void", items }),
  ]);
  expect(both.flat().filter((outcome) => outcome === 1)).toHaveLength(40);
  expect(both.flat().filter((outcome) => outcome === "fact.event-void")).toHaveLength(80);
  await close(database, "2026-10");
  expect(await aboutOctober(database, "2026-10")).toEqual([]);
});

test("an account of which every event was voided brings no units along", async () => {
  const { database } = store;
  // Each account that is used brings two checks; the others cost 1.
  const price = {
    model: "graduated",
    per: "verification",
    includedPerAccount: { units: "2" },
    tiers: [{ upTo: null, rate: "1" }],
  };
  const agreement = {
    party: "hofladen",
    role: "customer",
    currency: "EUR",
    timeZone: "UTC",
    cycle: "monthly",
    accounts: ["shop", "second"],
    versions: [{ from: "2026-01-01", terms: [{ id: "verify", on: "verify.check", price }] }],
  };
  const accounts = { shop: { party: "hofladen" }, second: { party: "hofladen" } };
  await applyTerms(database, [], { accounts, agreements: { hofladen: agreement } });
  const other = check("other", undefined, { subject: "second" });
  await send(database, [check("1"), check("2"), check("3"), other]);
  await close(database, "2026-10");
  expect(await linesOf(database, "2026-10")).toEqual(["2026-10 verify 4 0.00"]);
  await state(database, { kind: "void", items: named("other") });
  await close(database, "2026-11");
  expect(await linesOf(database, "2026-11")).toEqual(["2026-10 verify 3 1.00"]);
});

test("a commitment that was met is topped up when the event that met it is voided", async () => {
  const { database } = store;
  const commitment = { id: "commitment", price: { model: "commitment", minimum: "10" } };
  await applyTerms(database, [perCheck("6"), commitment]);
  await send(database, [check("1"), check("2")]);
  await close(database, "2026-10");
  expect(await aboutOctober(database, "2026-10")).toEqual([
    "2026-10 verify 2 12.00",
    "2026-10 commitment 0 0.00",
  ]);
  expect(await outcomes(database, { kind: "void", items: named("2") })).toEqual([1]);
  await close(database, "2026-11");
  expect(await aboutOctober(database, "2026-11")).toEqual([
    "2026-10 verify 1 -6.00",
    "2026-10 commitment 0 4.00",
  ]);
});
