import fc from "fast-check";
import { expect, test } from "vitest";
import { parseMonth } from "../period.ts";
import type { LineGroup } from "./line-group.ts";
import { statedKey, statementLines, statementTotal } from "./statement-lines.ts";

const OCTOBER = parseMonth("2026-10");
const EURO = { currency: "EUR", rounding: "halfEven" } as const;

function group(term: string, amount: bigint, tuple = 0): LineGroup {
  return { term, tuple, count: 1n, quantity: 1n, amount, derivation: [] };
}

test("an amount becomes money once, at the line, by the agreement's mode", () => {
  const groups = [group("sms", 1_005_000_000_000n), group("voice", 2_344_999_999_999n)];
  const money = (rounding: "halfEven" | "up") =>
    statementLines({ ...EURO, rounding }, OCTOBER, groups, new Map()).map((line) => line.money);
  expect(money("halfEven")).toEqual([100n, 234n]);
  expect(money("up")).toEqual([101n, 235n]);
});

test("an adjustment is money now less money stated, never the rounding of a difference", () => {
  // 0.004 was stated as 0.00; with 0.004 more it is 0.008, which is 0.01, though the difference rounds to 0.
  const stated = new Map([[statedKey(OCTOBER, "sms", 0), 0n]]);
  const [line] = statementLines(EURO, OCTOBER, [group("sms", 8_000_000_000n)], stated);
  expect(line).toMatchObject({ stated: 0n, money: 1n });
});

test("what was stated and has not changed gives no line", () => {
  const stated = new Map([[statedKey(OCTOBER, "sms", 0), 500n]]);
  expect(statementLines(EURO, OCTOBER, [group("sms", 5_000_000_000_000n)], stated)).toEqual([]);
});

test("a group that has vanished gives its money back", () => {
  const stated = new Map([
    [statedKey(OCTOBER, "sms", 7), 500n],
    [statedKey("2026-09", "sms", 7), 300n],
  ]);
  const lines = statementLines(EURO, OCTOBER, [], stated);
  expect(lines).toMatchObject([{ term: "sms", tuple: 7, stated: 500n, money: -500n }]);
});

const NOTHING = { ...group("sms", 0n), count: 0n, quantity: 0n };

test("what was taken back before it was ever stated gives no line", () => {
  expect(statementLines(EURO, OCTOBER, [NOTHING], new Map())).toEqual([]);
});

test("what was taken back after it was stated gives its money back, and keeps its derivation", () => {
  const stated = new Map([[statedKey(OCTOBER, "sms", 0), 500n]]);
  const [line] = statementLines(EURO, OCTOBER, [NOTHING], stated);
  expect(line).toMatchObject({ count: 0n, stated: 500n, money: -500n });
});

test("however often a month is stated, its lines add up to its money", () => {
  const amounts = fc.array(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(amounts, (history) => {
      let stated = 0n;
      let seen = false;
      for (const amount of history) {
        const before = seen ? new Map([[statedKey(OCTOBER, "sms", 0), stated]]) : new Map();
        const lines = statementLines(EURO, OCTOBER, [group("sms", amount)], before);
        stated += statementTotal("EUR", lines).minor;
        seen = true;
      }
      const direct = statementLines(EURO, OCTOBER, [group("sms", history.at(-1)!)], new Map());
      expect(stated).toBe(statementTotal("EUR", direct).minor);
    }),
  );
});

test("a commitment that is met is a line of nothing, so that it is known as stated", () => {
  const window = { from: "2026-10", until: "2026-10", minimum: "10", spent: "12", amount: "0" };
  const met: LineGroup = {
    ...group("commitment", 0n),
    count: 0n,
    quantity: 0n,
    derivation: [{ kind: "commitment", termVersion: 1, ...window }],
  };
  expect(statementLines(EURO, OCTOBER, [met], new Map())).toMatchObject([{ money: 0n }]);
});
