import fc from "fast-check";
import { expect, test } from "vitest";
import { recordIds } from "./record-ids.ts";

test("identical records are told apart by their ordinal, others by their hash", () => {
  const idOf = recordIds();
  const [first, second, other] = [idOf(["a", "b"]), idOf(["a", "b"]), idOf(["a,b"])];
  expect(first).toMatch(/^[0-9a-f-]{36}\.1$/);
  expect(second).toBe(first.replace(/1$/, "2"));
  expect(other).toMatch(/\.1$/);
  expect(other).not.toBe(first);
});

test("a file gives the same ids whenever it is read, and no id twice", () => {
  const records = fc.array(fc.tuple(fc.nat({ max: 40 }), fc.constantFrom("a", "b")), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(records, (rows) => {
      const fields = rows.map(([number, text]) => [String(number), text]);
      const ids = fields.map(recordIds());
      expect(fields.map(recordIds())).toEqual(ids);
      expect(new Set(ids).size).toBe(ids.length);
    }),
  );
});

test("a hundred thousand records have their ordinals", () => {
  const idOf = recordIds();
  for (let i = 0; i < 100_000; i++) idOf([String(i % 50_000)]);
  expect(idOf(["49999"])).toMatch(/\.3$/);
  expect(idOf(["50000"])).toMatch(/\.1$/);
});
