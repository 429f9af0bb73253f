import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import type { ExplainedEvent } from "@counterpart/domain/explain/explained.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDatabase } from "../../test/test-database.ts";
import { publishCatalogue } from "../catalogue/publish-catalogue.ts";
import { eventKey } from "../events/event-hash.ts";
import type { Db } from "../platform/database.ts";
import { explain } from "./explain.ts";
import { explainCharge, explainEvent } from "./explain-event.ts";
import { explainLine, explainStatement } from "./explain-line.ts";
import { CATALOGUE, DECK_ROWS, KEY, openExplainedWorld } from "./fixtures/explained-world.ts";
import { renderExplanation } from "./render-explanation.ts";

let testDatabase: TestDatabase;
let db: Db;

beforeAll(async () => {
  testDatabase = await openExplainedWorld();
  db = testDatabase.database.pool("reader");
});

afterAll(async () => testDatabase.drop());

async function accepted(ref: string): Promise<ExplainedEvent> {
  const explained = await explainEvent(db, ref);
  if (explained.kind !== "event") throw new Error(`${ref} is ${explained.kind}`);
  return explained;
}

test("an event by source and id has a sentence for each party (handbook V1, V22)", async () => {
  const { charges } = await accepted("gateway/call-1");
  expect(charges.map(({ sentence }) => sentence).toSorted()).toEqual([
    "atlas earns 0.010675 EUR from the call to DE: 61 s (1/1) at 0.0105 EUR per minute, deck voice-atlas prefix 4 from 2026-01-01.",
    "briefwerk owes 0.0240 EUR for its call to DE: 61 s billed as 120 s (60/60) at 0.0120 EUR per minute, deck voice-basic prefix 49 from 2026-07-01.",
  ]);
});

test("an event by its key is the same, and a number appears nowhere in it", async () => {
  const byKey = await explain(db, eventKey("gateway", "call-1"));
  expect(byKey).toEqual(await accepted("gateway/call-1"));
  const shown = JSON.stringify(byKey) + renderExplanation(byKey, "trace");
  expect(shown).not.toMatch(/15112345678|3012345678/);
  expect(shown).toContain("to +49•••");
});

test("the id that came again with another content is told", async () => {
  const { steps } = await accepted("gateway/call-1");
  expect(steps.find(({ name }) => name === "conflict")?.value).toMatch(/came 1 times/);
});

test("an unanswered call needs no rate", async () => {
  const { charges } = await accepted("gateway/call-3");
  for (const { sentence } of charges) {
    expect(sentence).toMatch(
      /nothing .* \(status noAnswer\): nothing was used, so no rate was needed/,
    );
  }
});

test("every party of one SMS (handbook P13)", async () => {
  const { charges } = await accepted("gateway/sms-1");
  expect(
    charges.map(({ role, party, seller, amount }) => [role, party, seller, amount]).toSorted(),
  ).toEqual([
    ["customer", "shop", "resale", "0.05"],
    ["partner", "appmaker", "Northwind Talk", "0.0012"],
    ["referrer", "friend", "Northwind Talk", "0.0005"],
    ["reseller", "resale", "Northwind Talk", "0.04"],
    ["supplier", "atlas", "Northwind Talk", "0.028"],
  ]);
  const share = charges.find(({ role }) => role === "partner")!;
  expect(share.sentence).toBe(
    "appmaker earns 0.0012 EUR from the SMS: 10 % of the margin of 0.0120 EUR.",
  );
});

test("a charge is one of its event's", async () => {
  const { charges } = await accepted("gateway/call-1");
  expect(await explainCharge(db, "gateway/call-1#2")).toEqual(charges[1]);
  expect(await explain(db, charges[0]!.ref)).toEqual(charges[0]);
});

test("an event in quarantine says why it waits, since when and what would cure it", async () => {
  expect(await explainEvent(db, "gateway/call-5")).toMatchObject({
    kind: "quarantined",
    code: "rating.no-rate",
    receivedAt: "2026-12-02T00:00:00Z",
    cure: expect.stringMatching(/^Give the deck a rate for the destination/),
  });
});

test("a call that is priced at close is counted", async () => {
  const [charge] = (await accepted("gateway/in-1")).charges;
  expect(charge!.sentence).toBe(
    "briefwerk has 90 s counted for its inbound call: graduated tiers per minute over the whole " +
      "period, priced when it is closed.",
  );
});

test("an old event stays explained as it was made after the catalogue has changed", async () => {
  const before = await explain(db, "gateway/call-1");
  const { briefwerk, ...agreements } = CATALOGUE.agreements;
  const basic = CATALOGUE.decks["voice-basic"]!;
  const catalogue: Catalogue = {
    ...CATALOGUE,
    provider: { ...CATALOGUE.provider, name: "Renamed" },
    decks: { ...CATALOGUE.decks, "voice-basic": { ...basic, incrementMode: "wholeMultiple" } },
    agreements,
  };
  expect(briefwerk).toBeDefined();
  await publishCatalogue(testDatabase.database, { catalogue, deckRows: DECK_ROWS, by: "test" });
  expect(await explain(db, "gateway/call-1")).toEqual(before);
});

test.each([
  "gateway/unknown",
  "nothing",
  "",
  KEY,
  "gateway/call-1#9",
  "gateway/call-5#1",
  "stm_2026-10_nobody",
  "stm_2026-10_briefwerk/99",
  "stm_2026-10_briefwerk/0",
  "gateway/\u0000",
  "stm_2026-10_\u0000",
  "stm_2026-10_\u0000/1",
])("404: nothing is stored of %j", async (ref) => {
  await expect(explain(db, ref)).rejects.toMatchObject({ code: "explain.not-found" });
});

test("every kind of explanation renders as sentence, table and trace", async () => {
  const refs = [
    "gateway/call-1",
    "gateway/call-1#1",
    "gateway/call-5",
    "stm_2026-10_briefwerk",
    "stm_2026-10_briefwerk/1",
  ];
  for (const ref of refs) {
    const explanation = await explain(db, ref);
    for (const as of ["sentence", "table", "trace"] as const) {
      expect(renderExplanation(explanation, as)).toContain(explanation.sentence);
    }
  }
  expect(await explainLine(db, "stm_2026-10_briefwerk/1")).toEqual(
    (await explainStatement(db, "stm_2026-10_briefwerk")).lines[0],
  );
});
