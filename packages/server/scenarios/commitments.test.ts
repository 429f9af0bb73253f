/** Commitments over terms and months, from the catalogue to the statements that settle them. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { explainLine } from "../src/explain/explain-line.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { applyTerms, close, linesOf, send, verification } from "./small-world.ts";

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
});
afterEach(() => store.drop());

async function use(times: number, day = "2026-10-05"): Promise<void> {
  const events = Array.from({ length: times }, () => verification(`${day}T00:00:00Z`));
  await send(store.database, events);
}

const fee = (price: object, id = "fee") => ({ id, price: { model: "fixedFee", ...price } });

const commitment = (price: object, id = "commitment") => {
  return { id, price: { model: "commitment", ...price } };
};
const perCheck = (id = "verify") => {
  return {
    id,
    on: "verify.check",
    price: { model: "perUnit", rate: "0.333", per: "verification" },
  };
};

test("a monthly commitment tops the statement up to its minimum, to the cent", async () => {
  await applyTerms(store.database, [
    perCheck(),
    perCheck("again"),
    fee({ amount: "5" }),
    commitment({ minimum: "10" }),
  ]);
  await use(2);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual([
    "2026-10 verify 2 0.67",
    "2026-10 again 2 0.67",
    "2026-10 fee 1 5.00",
    "2026-10 commitment 0 3.66",
  ]);
  const line = await explainLine(store.database.pool("reader"), "stm_2026-10_hofladen/4");
  expect(line.parts[0]!.steps.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    "counted: 6.3400 EUR: all lines of 2026-10, as money",
    "minimum: 10.0000 EUR: 3.6600 EUR added",
  ]);
});

test("late usage is taken off a commitment that was topped up, until it is met", async () => {
  const price = { minimum: "10", terms: ["verify"] };
  const terms = [{ ...perCheck(), price: { ...perCheck().price, rate: "1" } }, commitment(price)];
  await applyTerms(store.database, terms);
  await use(2);
  await close(store.database, "2026-10");
  await use(3);
  await use(12, "2026-11-05");
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual([
    "2026-11 verify 12 12.00",
    "2026-11 commitment 0 0.00",
    "2026-10 verify 5 3.00",
    "2026-10 commitment 0 -3.00",
  ]);
  // An edit reaches what is stated later, never what was.
  await applyTerms(store.database, [terms[0]!, commitment({ ...price, minimum: "500" })]);
  await use(9);
  await close(store.database, "2026-12");
  expect(await linesOf(store.database, "2026-12")).toEqual([
    "2026-10 verify 14 9.00",
    "2026-10 commitment 0 -5.00",
    "2026-12 commitment 0 500.00",
  ]);
});

test("a commitment over months is settled at the end of its window", async () => {
  const terms = [{ ...perCheck(), price: { ...perCheck().price, rate: "1" } }];
  await applyTerms(
    store.database,
    [...terms, commitment({ minimum: "60", months: 3 })],
    {},
    {
      from: "2026-09-10",
    },
  );
  await use(10, "2026-09-20");
  await close(store.database, "2026-09");
  await use(20);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 verify 20 20.00"]);
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-11 commitment 0 30.00"]);
  await use(4, "2026-09-20");
  await close(store.database, "2026-12");
  expect(await linesOf(store.database, "2026-12")).toEqual([
    "2026-09 verify 14 4.00",
    "2026-11 commitment 0 -4.00",
  ]);
});

test("a commitment that is ended after its months were stated is settled to its end", async () => {
  const verify = { ...perCheck(), price: { ...perCheck().price, rate: "1" } };
  const terms = [verify, commitment({ minimum: "120", months: 12 })];
  const from = { from: "2026-08-01" };
  await applyTerms(store.database, terms, {}, from);
  await use(3, "2026-08-05");
  await use(4, "2026-09-05");
  for (const month of ["2026-08", "2026-09", "2026-10"]) await close(store.database, month);
  // In November it turns out that it had ended with September: two months of twelve are 20.
  await applyTerms(store.database, terms, {}, { ...from, to: "2026-10-01" });
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-09 commitment 0 13.00"]);
  const again = await close(store.database, "2026-12");
  expect(again.statements).toEqual([]);
});

test("what was topped up after the end of a commitment is given back", async () => {
  const verify = { ...perCheck(), price: { ...perCheck().price, rate: "1" } };
  const terms = [verify, commitment({ minimum: "10" })];
  await applyTerms(store.database, terms, {}, { from: "2026-09-01" });
  await use(4, "2026-09-05");
  for (const month of ["2026-09", "2026-10"]) await close(store.database, month);
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 commitment 0 10.00"]);
  await applyTerms(store.database, terms, {}, { from: "2026-09-01", to: "2026-10-01" });
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-10 commitment 0 -10.00"]);
  const again = await close(store.database, "2026-12");
  expect(again.statements).toEqual([]);
});

test("what a month comes to above its maximum is given back", async () => {
  const terms = [
    { ...perCheck(), price: { ...perCheck().price, rate: "1" } },
    fee({ amount: "5" }),
  ];
  await applyTerms(store.database, [...terms, commitment({ maximum: "10" })]);
  await use(12);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual([
    "2026-10 verify 12 12.00",
    "2026-10 fee 1 5.00",
    "2026-10 commitment 0 -7.00",
  ]);
});
