import { expect, test } from "vitest";
import { checkCatalogueId, parseStatementId, statementId } from "./ids.ts";
import { parseMonth } from "./period.ts";

test.each(["a", "0", "acme", "acme-voice.2026_eu", "a".repeat(63)])("%s is an id", (text) => {
  expect(checkCatalogueId(text)).toBe(text);
});

test.each(["", "-acme", ".acme", "_acme", "Acme", "ac me", "acme\n", "ä", "a/b", "a".repeat(64)])(
  "%j is not an id",
  (text) => expect(() => checkCatalogueId(text)).toThrow("id.malformed"),
);

test("a statement's id tells its agreement and month, whatever the agreement is called", () => {
  for (const name of ["acme", "acme_2026-09", "stm_2026-10_x"]) {
    const agreement = checkCatalogueId(name);
    const month = parseMonth("2026-10");
    const id = statementId(agreement, month);
    expect(id).toBe(`stm_2026-10_${name}`);
    expect(parseStatementId(id)).toEqual({ agreement, month });
  }
});

test.each(["", "stm_", "inv_2026-10_acme", "stm_2026-10_", "stm_2026-10_Acme", "stm_2026-10"])(
  "%j is no statement",
  (text) => expect(() => parseStatementId(text)).toThrow("id.malformed"),
);

test("a statement of no month is refused", () => {
  expect(() => parseStatementId("stm_2026-13_acme")).toThrow("period.malformed");
});
