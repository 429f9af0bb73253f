/** Facts where months, currencies and catalogues end, and where two things happen at once. */
import { expect, test } from "vitest";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { loadRerating, runRerating, startRerating } from "../src/reratings/rerate.ts";
import {
  aboutOctober,
  check,
  corrected,
  named,
  OCTOBER,
  outcomes,
  perCheck,
  rerate,
  soundStore,
  state,
} from "./facts-world.ts";
import { applyTerms, close, linesOf, send } from "./small-world.ts";

const store = soundStore();

const agreement = (more: object) => ({
  party: "hofladen",
  role: "customer",
  cycle: "monthly",
  ...more,
});

/** The shop in EUR and UTC, and one in New York that pays in USD. */
const TWO_SHOPS = {
  exchangeRates: [{ currency: "USD", from: "2026-01-01", rate: "0.90" }],
  parties: { hofladen: { name: "Hofladen" }, deli: { name: "Deli" } },
  accounts: { shop: { party: "hofladen" }, second: { party: "deli" } },
  agreements: {
    hofladen: agreement({
      currency: "EUR",
      timeZone: "UTC",
      accounts: ["shop"],
      versions: [{ from: "2026-01-01", terms: [perCheck("0.05")] }],
    }),
    deli: agreement({
      party: "deli",
      currency: "USD",
      timeZone: "America/New_York",
      accounts: ["second"],
      versions: [{ from: "2026-01-01", terms: [perCheck("0.08")] }],
    }),
  },
};

test("a correction into another account, currency and zone adjusts both parties, each in its month", async () => {
  const { database } = store;
  await applyTerms(database, [], TWO_SHOPS);
  await send(database, [check("1")]);
  await close(database, "2026-10");
  // It was the other shop's, and of what is still October there.
  const right = check("1", "2026-11-01T02:00:00Z", { subject: "second" });
  const { results } = await state(database, { kind: "correction", items: corrected(right) });
  expect(results).toMatchObject([
    {
      effects: [
        { agreement: "hofladen", before: "0.05", after: "0", currency: "EUR" },
        { agreement: "deli", before: "0", after: "0.08", currency: "USD" },
      ],
    },
  ]);
  await close(database, "2026-11");
  expect(await linesOf(database, "2026-11")).toEqual(["2026-10 verify 0 -0.05"]);
  expect(await linesOf(database, "2026-11", "deli")).toEqual(["2026-10 verify 1 0.08"]);
  await state(database, { kind: "void", items: named("1") });
  await close(database, "2026-12");
  expect(await linesOf(database, "2026-12")).toEqual([]);
  expect(await linesOf(database, "2026-12", "deli")).toEqual(["2026-10 verify 0 -0.08"]);
});

test("a correction between two stated months takes from one and gives to the other", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1"), check("2", "2026-11-05T00:00:00Z")]);
  await close(database, "2026-10");
  await close(database, "2026-11");
  const right = corrected(check("1", "2026-11-30T23:59:59.999Z"));
  expect(await outcomes(database, { kind: "correction", items: right })).toEqual([1]);
  await close(database, "2026-12");
  expect(await linesOf(database, "2026-12")).toEqual([
    "2026-10 verify 0 -0.05",
    "2026-11 verify 2 0.05",
  ]);
});

test("a void of a closed month, restored after the next close, goes through the tiers of its month", async () => {
  const { database } = store;
  const tiers = (first: string) => ({
    id: "verify",
    on: "verify.check",
    price: {
      model: "graduated",
      per: "verification",
      tiers: [
        { upTo: "2", rate: first },
        { upTo: null, rate: "0.50" },
      ],
    },
  });
  await applyTerms(database, [tiers("1.00")]);
  await send(database, [check("1"), check("2"), check("3")]);
  await close(database, "2026-10");
  expect(await linesOf(database, "2026-10")).toEqual(["2026-10 verify 3 2.50"]);
  await applyTerms(database, [tiers("9.00")]);
  await state(database, { kind: "void", items: named("1", "2") });
  await close(database, "2026-11");
  // One is left: 1.00.
  expect(await linesOf(database, "2026-11")).toEqual(["2026-10 verify 1 -1.50"]);
  await state(database, { kind: "restore", items: named("2") });
  await close(database, "2026-12");
  expect(await linesOf(database, "2026-12")).toEqual(["2026-10 verify 2 1.00"]);
});

test("what waits in quarantine is not corrected by a fact but by being sent again, and then by facts", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  expect(await send(database, [check("1", undefined, { subject: "nobody" })])).toEqual([
    "quarantined",
  ]);
  const items = corrected(check("1"));
  expect(await outcomes(database, { kind: "correction", items })).toEqual(["event.quarantined"]);
  expect(await send(database, [check("1")])).toEqual(["accepted"]);
  const later = corrected(check("1", "2026-10-06T00:00:00Z"));
  expect(await outcomes(database, { kind: "correction", items: later })).toEqual([1]);
  await close(database, "2026-10");
  expect(await linesOf(database, "2026-10")).toEqual(["2026-10 verify 1 0.05"]);
});

test.each(["event type", "source"])(
  "events whose %s is gone are voided and restored, and left by what would price them",
  async (gone) => {
    const { database } = store;
    const fax = {
      title: "Fax",
      schema: { type: "object", properties: { pages: { type: "integer" } } },
      channel: "fax",
      quantities: { pages: { field: "pages" } },
      dimensions: {},
    };
    const price = { model: "perUnit", rate: "0.10", per: { quantity: "pages", size: 1 } };
    const perPage = { id: "fax", on: "fax.sent", price };
    const sources = { switch: { reader: "cloudevents" }, other: { reader: "cloudevents" } };
    await applyTerms(database, [perPage], { eventTypes: { "fax.sent": fax }, sources });
    const sent = (id: string, pages: number): string =>
      check(id, undefined, { source: "other", type: "fax.sent", data: { pages } });
    expect(await send(database, [sent("1", 3), sent("2", 5)])).toEqual(["accepted", "accepted"]);
    await close(database, "2026-10");
    const isType = gone === "event type";
    await applyTerms(
      database,
      isType ? [perCheck("0.05")] : [{ ...perPage, price: { ...price, rate: "0.20" } }],
      isType ? { sources } : { eventTypes: { "fax.sent": fax } },
    );
    const code = isType ? "event.type-unknown" : "event.source-unknown";
    expect(await rerate(database)).toMatchObject({ changed: 0, left: [{ code, count: 2 }] });
    const item = corrected(sent("1", 4));
    const { results } = await state(database, { kind: "correction", items: item });
    expect(JSON.stringify(results)).toContain(code);
    const items = [{ ref: "other/1" }];
    expect(await outcomes(database, { kind: "void", items })).toEqual([1]);
    await close(database, "2026-11");
    expect(await aboutOctober(database, "2026-11")).toEqual(["2026-10 fax 1 -0.30"]);
    expect(await outcomes(database, { kind: "restore", items })).toEqual([2]);
    await close(database, "2026-12");
    expect(await aboutOctober(database, "2026-12")).toEqual(["2026-10 fax 2 0.30"]);
  },
);

test("a month does not close between two pages of a re-rating", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  await send(database, [check("1")]);
  await applyTerms(database, [perCheck("0.03")]);
  const keeper = await openBookKeeper(database);
  const asked = { filter: OCTOBER, reason: "a test", by: "test", revision: null };
  const batch = await startRerating(database, keeper, asked);
  let code: unknown;
  await runRerating(database, keeper, batch, {
    async atStep(step) {
      if (step !== "committed") return;
      code = await close(database, "2026-10").catch((error: { code?: unknown }) => error.code);
    },
  });
  expect(code).toBe("close.rerating-unfinished");
  await close(database, "2026-10");
  expect(await linesOf(database, "2026-10")).toEqual(["2026-10 verify 1 0.03"]);
});

test("of a re-rating, voids and a close at once, statements hold all of it or none", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck("0.05")]);
  const ids = Array.from({ length: 60 }, (_, n) => `${n}`);
  await send(
    database,
    ids.map((id) => check(id)),
  );
  await applyTerms(database, [perCheck("0.03")]);
  const keeper = await openBookKeeper(database);
  const asked = { filter: OCTOBER, reason: "a test", by: "test", revision: null };
  const rerateAll = async (): Promise<void> => {
    const batch = await startRerating(database, keeper, asked);
    await runRerating(database, keeper, batch);
    const { row } = await loadRerating(database.pool("reader"), keeper.book(), batch);
    expect(row.state).toBe("d");
  };
  const closing = close(database, "2026-10").then(
    () => "closed",
    ({ code }: { code?: unknown }) => code,
  );
  const [closed] = await Promise.all([
    closing,
    rerateAll(),
    state(database, { kind: "void", items: named(...ids.slice(0, 20)) }),
  ]);
  expect(["closed", "close.rerating-unfinished"]).toContain(closed);
  await close(database, "2026-10");
  await close(database, "2026-11");
  const lines = [
    ...(await aboutOctober(database, "2026-10")),
    ...(await aboutOctober(database, "2026-11")),
  ];
  const cents = lines.map((line) => Number(line.split(" ")[3]!.replace(".", "")));
  expect(cents.reduce((sum, cent) => sum + cent, 0)).toBe(40 * 3);
});
