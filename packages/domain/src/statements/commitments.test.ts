import fc from "fast-check";
import { expect, test } from "vitest";
import type { CommitmentPrice, Term } from "../catalogue/catalogue.ts";
import { type Instant, parseInstant } from "../instant.ts";
import { checkZone, type MonthText } from "../period.ts";
import type { CompiledTerm } from "../rating/book.ts";
import { commitmentGroup, commitmentsDue, type DueCommitment } from "./commitments.ts";

const FOREVER = Number.POSITIVE_INFINITY as Instant;
const FACTS = { currency: "EUR", zone: checkZone("UTC") };

function version(id: number, price: Omit<CommitmentPrice, "model">, from: string, to?: string) {
  const term: Term = { id: "commitment", price: { model: "commitment", ...price } };
  const end = to === undefined ? FOREVER : parseInstant(`${to}T00:00:00Z`);
  return { id, term, from: parseInstant(`${from}T00:00:00Z`), to: end } as CompiledTerm;
}

/** `from–until minimum` of the window that ends with a month, if one does. */
function due(terms: readonly CompiledTerm[], month: string): string[] {
  return commitmentsDue({ ...FACTS, terms }, month as MonthText).map(({ window }) => {
    return `${window.from}–${window.until} ${window.minimum}`;
  });
}

const MONTHLY = [version(1, { minimum: "100" }, "2026-02-10")];
const YEARLY = [version(1, { minimum: "1200", months: 12 }, "2026-02-10")];
const ENDED = [version(1, { minimum: "1200", months: 12 }, "2026-02-10", "2027-06-15")];
const CHANGED = [
  version(1, { minimum: "1200", months: 12 }, "2026-02-10", "2026-08-01"),
  version(2, { minimum: "2400", months: 12 }, "2026-08-01"),
];

test.each`
  terms      | month        | windows                     | because
  ${MONTHLY} | ${"2026-02"} | ${["2026-02–2026-02 100"]}  | ${"each month is a window, the first one whole"}
  ${MONTHLY} | ${"2026-01"} | ${[]}                       | ${"nothing is committed before it starts"}
  ${YEARLY}  | ${"2026-12"} | ${[]}                       | ${"a window goes on"}
  ${YEARLY}  | ${"2027-01"} | ${["2026-02–2027-01 1200"]} | ${"twelve months from its start"}
  ${YEARLY}  | ${"2028-01"} | ${["2027-02–2028-01 1200"]} | ${"the next window follows"}
  ${ENDED}   | ${"2027-06"} | ${["2027-02–2027-06 500"]}  | ${"cut short, five of twelve months"}
  ${ENDED}   | ${"2027-07"} | ${[]}                       | ${"it has ended"}
  ${CHANGED} | ${"2027-01"} | ${["2026-02–2027-01 2400"]} | ${"the version at the window's end counts"}
`("$month: $because", ({ terms, month, windows }) => {
  expect(due(terms, month)).toEqual(windows);
});

const WINDOW: DueCommitment = {
  term: "commitment",
  month: "2026-03" as MonthText,
  window: { termVersion: 1, minimum: "100", from: "2026-01", until: "2026-03", terms: ["sms"] },
};

test("only the lines of its terms and of its months count", () => {
  const money = [
    { servicePeriod: "2025-12", term: "sms", minor: 9_999n },
    { servicePeriod: "2026-01", term: "sms", minor: 1_000n },
    { servicePeriod: "2026-03", term: "sms", minor: 2_050n },
    { servicePeriod: "2026-03", term: "voice", minor: 9_999n },
    { servicePeriod: "2026-04", term: "sms", minor: 9_999n },
  ];
  const { amount, derivation } = commitmentGroup("EUR", WINDOW, money);
  expect(amount).toBe(69_500_000_000_000n);
  expect(derivation[0]).toMatchObject({ spent: "30.5", amount: "69.5", minimum: "100" });
});

test("with its commitment, a window never comes to less than the minimum, nor to more than it was", () => {
  const line = fc.record({
    servicePeriod: fc.constantFrom("2026-01", "2026-02", "2026-03"),
    term: fc.constant("sms"),
    minor: fc.bigInt({ min: -2_000n, max: 8_000n }),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (money) => {
      const spent = money.reduce((sum, { minor }) => sum + minor, 0n) * 10n ** 10n;
      const { amount } = commitmentGroup("EUR", WINDOW, money);
      const hundred = 100n * 10n ** 12n;
      expect(spent + amount).toBe(spent < hundred ? hundred : spent);
    }),
  );
});
