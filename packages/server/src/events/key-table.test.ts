import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { arrayColumn, clearColumn, pushUuid } from "./binary-format.ts";
import { clearKeys, keyTable, placeOfKey } from "./key-table.ts";

const digits = (n: number) => createHash("sha256").update(`${n}`).digest("hex").slice(0, 32);

test("a key is found at the place where it came first", () => {
  const column = arrayColumn("uuid");
  const table = keyTable();
  for (let round = 0; round < 2; round++) {
    clearColumn(column);
    clearKeys(table);
    for (let n = 0; n < 10_000; n++) {
      pushUuid(column, digits(n));
      expect(placeOfKey(table, column.bytes, n)).toBe(n);
    }
    for (const n of [0, 1, 4_095, 9_999]) {
      pushUuid(column, digits(n));
      expect(placeOfKey(table, column.bytes, 10_000)).toBe(n);
      column.length -= 20;
    }
  }
});

test("keys that begin alike are told apart by their last byte", () => {
  const column = arrayColumn("uuid");
  const table = keyTable();
  for (let n = 0; n < 256; n++) {
    pushUuid(column, "00".repeat(15) + n.toString(16).padStart(2, "0"));
    expect(placeOfKey(table, column.bytes, n)).toBe(n);
  }
});
