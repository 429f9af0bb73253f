/** Messages that are charged by what becomes of them, from the event to the statement. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { explainEvent } from "../src/explain/explain-event.ts";
import { renderExplanation } from "../src/explain/render-explanation.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { applyTerms, close, linesOf, send, verification } from "./small-world.ts";

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
});
afterEach(() => store.drop());

const TERMS = [
  {
    id: "sms",
    on: "sms.message",
    price: { model: "perUnit", rate: "0.05", per: "segment" },
    chargeOn: "onDelivered",
  },
  {
    id: "sms-failed",
    on: "sms.message",
    price: { model: "perUnit", rate: "0.01", per: "message" },
    chargeOn: "onFailed",
  },
];
const SMS = { direction: "outbound", from: "ACME", to: "4915112345678" };
/** Two segments. */
const TEXT = "Ваш код 123456. Никому его не сообщайте. ".repeat(2);

function message(id: string, data: object): string {
  const full = { ...SMS, status: "submitted", ...data };
  return verification("2026-10-05T00:00:00Z", { id, type: "sms.message", data: full });
}

function receipt(messageId: string, after: string, status: string, data: object = {}): string {
  const id = `${messageId}/${after}`;
  const full = { ...SMS, segments: 2, messageId, after, status, ...data };
  return verification("2026-10-05T00:00:00Z", { id, type: "sms.receipt", data: full });
}

async function sentences(ref: string, as: "sentence" | "trace" = "sentence"): Promise<string> {
  return renderExplanation(await explainEvent(store.database.pool("reader"), ref), as);
}

test("a month of messages, receipts before, after and twice, and one after the month was stated", async () => {
  const { database } = store;
  await applyTerms(database, TERMS);

  // m-1: by its text, delivered. m-2: its receipt is here first. m-3: fails. m-4: nothing is heard.
  expect(
    await send(database, [
      message("m-1", { text: TEXT }),
      receipt("m-2", "submitted", "delivered"),
      message("m-2", { segments: 2 }),
      message("m-3", { segments: 2 }),
      receipt("m-3", "submitted", "failed"),
      message("m-4", { segments: 2 }),
      receipt("m-1", "submitted", "delivered"),
    ]),
  ).toEqual(Array.from({ length: 7 }, () => "accepted"));

  // The same receipt again counts once; another fate under its id is kept apart.
  expect(
    await send(database, [
      receipt("m-1", "submitted", "delivered"),
      receipt("m-1", "submitted", "expired"),
    ]),
  ).toEqual(["duplicate", "conflicting"]);

  await close(database, "2026-10");
  expect(await linesOf(database, "2026-10")).toEqual([
    "2026-10 sms 2 0.20",
    "2026-10 sms-failed 1 0.01",
  ]);

  // m-4 was delivered after all: it counts in its own month, on the next statement.
  await send(database, [receipt("m-4", "submitted", "delivered")]);
  await close(database, "2026-11");
  expect(await linesOf(database, "2026-11")).toEqual(["2026-10 sms 3 0.10"]);
});

test("the text is kept with what is personal, and what was counted of it in the open", async () => {
  const { database } = store;
  await applyTerms(database, TERMS);
  await send(database, [message("m-1", { text: "It’s 5", smartEncoding: true })]);
  const { rows } = await database
    .pool("owner")
    .query("select data::text as open, personal::text as personal from event");
  expect(JSON.parse(rows[0].open)).toEqual({
    direction: "outbound",
    status: "submitted",
    smartEncoding: true,
    segments: 1,
    encoding: "gsm7",
    encodingApplied: "smart",
  });
  expect(JSON.parse(rows[0].personal)).toMatchObject({ text: "It’s 5" });
  const trace = await sentences("switch/m-1", "trace");
  expect(trace).toMatch(/segments 1, smartEncoding true/);
  expect(trace).not.toMatch(/It’s/);
});

test("an explanation says which fate made a charge, and of a part what the whole was", async () => {
  const early = { policy: "percentEarly", percent: "25" };
  const sms = { ...TERMS[0], price: { model: "perUnit", rate: "1.2", per: "message" } };
  await applyTerms(store.database, [{ ...sms, chargeOn: early }]);
  await send(store.database, [
    message("m-1", { segments: 1 }),
    receipt("m-1", "submitted", "accepted"),
  ]);
  expect(await sentences("switch/m-1")).toContain(
    "hofladen owes 0.3000 EUR for its SMS: part of 1.2000 EUR at 1.2000 EUR per message, " +
      "charged 25 % on submission, the rest on acceptance (submitted).",
  );
  expect(await sentences("switch/m-1/submitted")).toContain(
    "hofladen owes 0.9000 EUR for its receipt of an SMS: part of 1.2000 EUR at 1.2000 EUR per " +
      "message, charged 25 % on submission, the rest on acceptance (submitted, then accepted).",
  );
});

test("a message that is given back lowers its line, and says why", async () => {
  const { database } = store;
  await applyTerms(database, [{ ...TERMS[0], chargeOn: "onSubmitRefundRejected" }]);
  await send(database, [
    message("m-1", { segments: 2 }),
    message("m-2", { segments: 1 }),
    receipt("m-1", "submitted", "rejected"),
  ]);
  expect(await sentences("switch/m-1/submitted")).toContain(
    "hofladen gets back 0.1000 EUR for its receipt of an SMS: -2 segments at 0.0500 EUR per " +
      "segment, charged on submission and given back if rejected (submitted, then rejected).",
  );
  await close(database, "2026-10");
  expect(await linesOf(database, "2026-10")).toEqual(["2026-10 sms 1 0.05"]);
});

const DELIVERED = { ...SMS, status: "delivered" };

test.each<[string, string, object]>([
  ["event.data-invalid", "sms.message", DELIVERED],
  ["event.data-invalid", "sms.message", { ...DELIVERED, segments: 1, status: "lost" }],
  ["event.count-not-of-text", "sms.message", { ...DELIVERED, segments: 9, text: TEXT }],
  ["event.text-too-long", "sms.message", { ...DELIVERED, text: "a".repeat(40_000) }],
  [
    "event.id-not-as-due",
    "sms.receipt",
    { ...DELIVERED, segments: 1, messageId: "m", after: "read" },
  ],
])("%s waits in quarantine: %s", async (code, type, data) => {
  const { database } = store;
  await applyTerms(database, TERMS);
  const sent = verification("2026-10-05T00:00:00Z", { id: "m-9", type, data });
  expect(await send(database, [sent])).toEqual(["quarantined"]);
  const { rows } = await database.pool("owner").query("select code from quarantine");
  expect(rows).toEqual([{ code }]);
});

test("a message of 10 MB is refused", async () => {
  await applyTerms(store.database, TERMS);
  const huge = message("m-1", { text: "a".repeat(10_000_000) });
  expect(await send(store.database, [huge])).toEqual(["refused"]);
});

/** Letters, which the provider prints and posts, and what the post says of them. */
const LETTER_TYPES = {
  "letter.sent": {
    title: "Letter",
    schema: {
      type: "object",
      properties: {
        body: { type: "string" },
        pages: { type: "integer" },
        fate: { type: "string" },
      },
      required: ["fate"],
    },
    channel: "letters",
    quantities: { pages: { field: "pages", absent: 1 }, letters: {} },
    measure: "pages",
    dimensions: { fate: { field: "fate" } },
    delivery: { status: "fate" },
  },
  "letter.tracked": {
    title: "Tracking of a letter",
    schema: { type: "object", required: ["letter", "was", "fate"] },
    channel: "letters",
    quantities: { trackings: {}, pages: { field: "pages", absent: 1 } },
    measure: "trackings",
    dimensions: { fate: { field: "fate" }, was: { field: "was" } },
    id: "{letter}:{was}",
    delivery: { status: "fate", after: "was", of: "letter.sent" },
  },
};

test("a type of one's own has fates and receipts as well, without code", async () => {
  const { database } = store;
  const perPage = { model: "perUnit", rate: "0.40", per: { quantity: "pages", size: 1 } };
  const letters = { id: "letters", on: "letter.sent", price: perPage, chargeOn: "onDelivered" };
  await applyTerms(database, [letters], { eventTypes: LETTER_TYPES });
  const letter = (id: string, type: string, data: object) =>
    verification("2026-10-05T00:00:00Z", { id, type, data });
  const outcomes = await send(database, [
    letter("l-1", "letter.sent", { pages: 3, fate: "submitted" }),
    letter("l-1:submitted", "letter.tracked", {
      letter: "l-1",
      was: "submitted",
      fate: "delivered",
      pages: 3,
    }),
    letter("l-2", "letter.sent", { pages: 2, fate: "lost" }),
  ]);
  expect(outcomes).toEqual(["accepted", "accepted", "quarantined"]);
  expect(await sentences("switch/l-1:submitted")).toContain("owes 1.2000 EUR");
  expect(await sentences("switch/l-2")).toContain("Charge the term otherwise");
});
