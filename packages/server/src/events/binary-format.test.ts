import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";
import {
  type ArrayColumn,
  arrayColumn,
  columnValue,
  pushChar,
  pushInteger,
  pushNumeric,
  pushTime,
  pushUuid,
  uuidAt,
  writeDigits,
} from "./binary-format.ts";

let store: TestDatabase;
beforeAll(async () => {
  store = await createTestDatabase();
});
afterAll(async () => store.drop());

/** What PostgreSQL reads in a column, each element as text. */
async function read(column: ArrayColumn, type: string): Promise<string[]> {
  const { rows } = await store.database
    .pool("reader")
    .query<{ value: string }>(
      `select value::text from unnest($1::${type}[]) with ordinality as t (value, n) order by n`,
      [columnValue(column)],
    );
  return rows.map(({ value }) => value);
}

test("PostgreSQL reads whole numbers of any size as they are", async () => {
  const numbers = fc.sample(
    fc.oneof(
      fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
      fc.maxSafeInteger().map(BigInt),
      fc.constantFrom(0n, 1n, -1n, 9_999n, 10_000n, 100_000_000n, 2n ** 53n, -(2n ** 63n)),
    ),
    { numRuns: 300, seed: 1 },
  );
  const column = arrayColumn("numeric");
  for (const number of numbers) {
    pushNumeric(column, Number.isSafeInteger(Number(number)) ? Number(number) : number);
  }
  expect(await read(column, "numeric")).toEqual(numbers.map(String));
});

test("PostgreSQL reads instants to the millisecond from the first year to the last", async () => {
  const times = [
    "0001-01-01 00:00:00+00",
    "1969-12-31 23:59:59.999+00",
    "2000-01-01 00:00:00+00",
    "2026-10-25 00:59:59.999+00",
    "2285-06-06 12:34:56.789+00",
    "9999-12-31 23:59:59.999+00",
  ];
  const column = arrayColumn("timestamptz");
  for (const time of times)
    pushTime(column, Date.parse(time.replace("+00", "Z").replace(" ", "T")));
  expect(await read(column, "timestamptz")).toEqual(times);
});

test("PostgreSQL reads integers, characters and UUIDs, with dashes or without", async () => {
  const integers = arrayColumn("integer");
  for (const value of [0, -1, 2_147_483_647, -2_147_483_648]) pushInteger(integers, value);
  expect(await read(integers, "integer")).toEqual(["0", "-1", "2147483647", "-2147483648"]);
  const chars = arrayColumn("char");
  for (const char of ["a", "q"]) pushChar(chars, char);
  expect(await read(chars, '"char"')).toEqual(["a", "q"]);
  const uuid = "0123cdef-4567-89ab-cdef-00ff77aa5533";
  const uuids = arrayColumn("uuid");
  for (const text of [uuid, uuid.replaceAll("-", "")]) pushUuid(uuids, text);
  expect(await read(uuids, "uuid")).toEqual([uuid, uuid]);
  expect(uuidAt(uuids, 1)).toBe(uuid.replaceAll("-", ""));
});

test("a column without elements is an empty array", async () => {
  expect(await read(arrayColumn("integer"), "integer")).toEqual([]);
});

test("digits are those of the number", () => {
  const bytes = Buffer.alloc(200);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.maxSafeInteger(),
        fc.bigInt(),
        fc.constantFrom(0, 999_999_999, 10 ** 9, 10 ** 15),
      ),
      (value) => bytes.toString("latin1", 0, writeDigits(bytes, 0, value)) === String(value),
    ),
  );
});
