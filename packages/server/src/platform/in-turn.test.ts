import { expect, test } from "vitest";
import { takeTurns } from "./in-turn.ts";

test("work is done in the order in which it was handed in, one piece at a time", async () => {
  const inTurn = takeTurns();
  const seen: string[] = [];
  const piece = (name: string, turns: number) => async () => {
    seen.push(`${name} begins`);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    seen.push(`${name} ends`);
    return name;
  };
  expect(await Promise.all([inTurn(piece("a", 5)), inTurn(piece("b", 1))])).toEqual(["a", "b"]);
  expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends"]);
});

test("work that fails does not hold up the next", async () => {
  const inTurn = takeTurns();
  const failing = inTurn(() => Promise.reject(new Error("no")));
  const next = inTurn(() => Promise.resolve("next"));
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("next");
});
