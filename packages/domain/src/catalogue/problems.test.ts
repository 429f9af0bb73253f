import { expect, test } from "vitest";
import { problem, toPointer } from "./problems.ts";

test("a problem quotes its details", () => {
  expect(problem(["plans", "a"], "catalogue.deck-unknown", { deck: "voice" })).toEqual({
    path: ["plans", "a"],
    code: "catalogue.deck-unknown",
    message: "There is no deck voice.",
  });
});

test("what a detail holds cannot break or forge a line, or fill the screen", () => {
  const messageOf = (deck: string) => problem([], "catalogue.deck-unknown", { deck }).message;
  expect(messageOf("a\nb\u001b[1m")).toBe("There is no deck a\\u{a}b\\u{1b}[1m.");
  expect(messageOf("\ud800{deck}$&")).toBe("There is no deck \\u{d800}{deck}$&.");
  expect(messageOf("x".repeat(1000))).toHaveLength("There is no deck .".length + 161);
});

test("a path is written as a JSON Pointer", () => {
  expect(toPointer([])).toBe("");
  expect(toPointer(["plans", "a/b~c", 0])).toBe("/plans/a~1b~0c/0");
});
