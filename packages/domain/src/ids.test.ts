import { expect, test } from "vitest";
import { checkCatalogueId, statementId } from "./ids.ts";
import { parseMonth } from "./period.ts";

test.each(["a", "0", "acme", "acme-voice.2026_eu", "a".repeat(63)])("%s is an id", (text) => {
  expect(checkCatalogueId(text)).toBe(text);
});

test.each(["", "-acme", ".acme", "_acme", "Acme", "ac me", "acme\n", "ä", "a/b", "a".repeat(64)])(
  "%j is not an id",
  (text) => expect(() => checkCatalogueId(text)).toThrow("id.malformed"),
);

test("a statement's id is made of its month and agreement, whatever the agreement is called", () => {
  for (const name of ["acme", "acme_2026-09", "stm_2026-10_x"]) {
    const agreement = checkCatalogueId(name);
    const month = parseMonth("2026-10");
    expect(statementId(agreement, month)).toBe(`stm_2026-10_${name}`);
  }
});
