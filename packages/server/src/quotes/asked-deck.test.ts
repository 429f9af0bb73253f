/** A rate deck that comes with the question: any call of the handbook can be asked in one request. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const PRICE = { model: "deck", deck: "offer" };
const DECK = { key: "prefix", currency: "EUR", per: "minute" };

function call(durationSeconds: number, time = "2026-10-05T10:00:00Z") {
  const data = {
    direction: "outbound",
    from: "+31201234567",
    to: "+4930123456",
    status: "answered",
    durationSeconds,
  };
  return { type: "voice.call", time, data };
}

async function quote(body: object) {
  const headers = { "content-type": "application/json" };
  return await server.ask("POST", "/v1/quotes", { headers, body: JSON.stringify(body) });
}

test.each`
  rows                                                                                 | seconds | amount
  ${"key,rate,initialIncrement,subsequentIncrement\n49,0.01,60,60"}                    | ${61}   | ${"0.02"}
  ${"key,rate,initialIncrement,subsequentIncrement\n49,0.01,30,6"}                     | ${31}   | ${"0.006"}
  ${"key,rate,initialIncrement,subsequentIncrement\n49,0.01,1,1\n4930,0.02,1,1"}       | ${61}   | ${"0.020333333333"}
  ${"key,rate,connectFee,initialIncrement,subsequentIncrement\n49,0.0120,0.01,60,6\n"} | ${66}   | ${"0.0232"}
  ${"key,rate,rateNext,initialIncrement,subsequentIncrement\n49,0.10,0.06,60,60\n"}    | ${200}  | ${"0.28"}
`("a call of $seconds s by $rows costs $amount", async ({ rows, seconds, amount }) => {
  const deck = { ...DECK, csv: rows };
  const { status, json } = await quote({ price: PRICE, deck, event: call(seconds) });
  expect([status, json]).toMatchObject([200, { totals: [{ amount }] }]);
});

test("its row is told like one of the catalogue", async () => {
  const csv = "key,name,rate,initialIncrement,subsequentIncrement\n4930,Berlin,0.012,60,60";
  const { json } = await quote({ price: PRICE, deck: { ...DECK, csv }, event: call(61) });
  const told = expect.stringContaining("Berlin");
  const step = expect.objectContaining({ from: "row 1 of the deck asked" });
  expect(json.charges).toMatchObject([{ sentence: told, steps: expect.arrayContaining([step]) }]);
});

test("it has time bands like one of the catalogue", async () => {
  const deck = {
    ...DECK,
    timeZone: "Europe/Berlin",
    timeBands: { day: { times: ["08:00-18:00"] } },
    csv: "key,rate,initialIncrement,subsequentIncrement,timeBand\n49,0.02,1,1,day\n49,0.01,1,1,",
  };
  const amounts = [];
  for (const time of ["2026-10-05T10:00:00Z", "2026-10-05T20:00:00Z"]) {
    const { json } = await quote({ price: PRICE, deck, event: call(60, time) });
    amounts.push(json.totals);
  }
  expect(amounts).toMatchObject([[{ amount: "0.02" }], [{ amount: "0.01" }]]);
});

test("it takes the place of a deck of the catalogue, for this question", async () => {
  const deck = { ...DECK, csv: "key,rate\n49,7" };
  const price = { model: "deck", deck: "voice" };
  const { json } = await quote({ price, deck, event: call(60) });
  expect(json.totals).toMatchObject([{ amount: "7" }]);
});

test.each<[string, object, string, string]>([
  ["a row without a price", { csv: "key,rate\n49,\n" }, "/deck/csv", "Line 2"],
  ["an increment of zero", { csv: `${"key,rate,initialIncrement"}\n49,1,0\n` }, "/deck/csv", "2"],
  ["the same prefix twice", { csv: "key,rate\n49,1\n49,2\n" }, "/deck/csv", "Line 3"],
  ["no rows", { csv: "key,rate\n" }, "/deck/csv", "Line 1"],
  ["another unit", { csv: "key,rate\n49,1\n", per: "fortnight" }, "/deck/per", "fortnight"],
  ["no currency", { csv: "key,rate\n49,1\n", currency: "eur" }, "/deck/currency", "eur"],
])("422: a deck with %s", async (_, part, path, told) => {
  const { status, json } = await quote({
    price: PRICE,
    deck: { ...DECK, ...part },
    event: call(60),
  });
  expect([status, json.code]).toEqual([422, "quote.price-invalid"]);
  const detail = expect.stringContaining(told);
  expect(json.errors).toContainEqual(expect.objectContaining({ pointer: path, detail }));
});

test.each([
  ["without a price", { plan: "none" }],
  ["with a price that names none", { price: { model: "perUnit", rate: "1", per: "minute" } }],
])("422: a deck %s", async (_, target) => {
  const deck = { ...DECK, csv: "key,rate\n49,1\n" };
  const { status, json } = await quote({ ...target, currency: "EUR", deck, event: call(60) });
  expect([status, json.code]).toEqual([422, "quote.deck-unused"]);
});

test("a number that no prefix begins has no rate, and is not free", async () => {
  const deck = { ...DECK, csv: "key,rate\n33,1\n" };
  const { status, json } = await quote({ price: PRICE, deck, event: call(60) });
  expect([status, json.code]).toEqual([422, "rating.no-rate"]);
});
