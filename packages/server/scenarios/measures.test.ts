/** Which of its quantities hourly usage counts of an event type, whatever order the store keeps them in. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { findUsage, type UsageRow } from "../src/usage/find-usage.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { applyTerms, send, verification } from "./small-world.ts";

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
});
afterEach(() => store.drop());

/** The store gives `jobs` before `pages`. */
const FAX = {
  title: "Fax",
  channel: "fax",
  schema: { type: "object", properties: { pages: { type: "integer" } } },
  quantities: { pages: { field: "pages" }, jobs: {} },
  dimensions: {},
};
const PER_PAGE = {
  id: "fax",
  on: "fax.sent",
  price: { model: "perUnit", rate: "0.05", per: { quantity: "pages", size: 1 } },
};

const apply = (fax: object) =>
  applyTerms(store.database, [PER_PAGE], { eventTypes: { "fax.sent": { ...FAX, ...fax } } });

function fax(time: string): string {
  return verification(time, { type: "fax.sent", data: { pages: 7 } });
}

async function usage(): Promise<readonly UsageRow[]> {
  const range = { from: "2026-10-01T00:00:00Z", to: "2026-11-01T00:00:00Z" };
  const asked = { ...range, groupBy: ["day"], where: [], limit: 10, offset: 0 };
  return await findUsage(store.database.pool("reader"), asked);
}

test("usage counts the quantity that the type names", async () => {
  expect((await apply({ measure: "pages" })).notes).toEqual([]);
  await send(store.database, [fax("2026-10-05T00:00:00Z"), fax("2026-10-05T01:00:00Z")]);
  expect(await usage()).toMatchObject([{ quantity: "14", unit: "pages" }]);
});

test("several and none named are refused, telling what has been counted so far", async () => {
  await expect(apply({})).rejects.toMatchObject({
    code: "catalogue.invalid",
    detail: {
      problems: [
        { code: "catalogue.measure-missing", message: expect.stringMatching(/measure: jobs/) },
      ],
    },
  });
});

test("another measure counts from now on, and apply says so", async () => {
  await apply({ measure: "jobs" });
  await send(store.database, [fax("2026-10-05T00:00:00Z")]);
  expect((await apply({ measure: "pages" })).notes).toEqual([
    "hourly usage of fax.sent counts pages from now on. Hours that have counted jobs stay so: do not add " +
      "them up.",
  ]);
  await send(store.database, [fax("2026-10-06T00:00:00Z")]);
  expect(await usage()).toMatchObject([{ quantity: "1" }, { quantity: "7" }]);
});

test("a type that was applied before a measure was asked for counts on as it did", async () => {
  await apply({ measure: "jobs" });
  await store.database
    .pool("owner")
    .query("update catalogue_object set body = body - 'measure' where id = 'fax.sent'");
  await send(store.database, [fax("2026-10-05T00:00:00Z")]);
  expect(await usage()).toMatchObject([{ quantity: "1", unit: "jobs" }]);
});
