import { expect, test } from "vitest";
import { spreadSums } from "./spread-sums.ts";

const FIRST = 20_000;
const spread = (quantity: bigint): string[] =>
  [
    ...spreadSums(
      new Map([
        ["", { key: [1, 2, FIRST, 3, 4], count: 7, sums: [quantity, 500n, 60n], isKept: false }],
      ]),
    ),
  ].map(({ key, count, sums }) => `${key.join("/")}: ${[count, ...sums].join(" ")}`);

const HALF = 4_611_686_018_427_387_904n; // 2^62

test.each`
  quantity           | rows                                                                                                | because
  ${0n}              | ${["1/2/20000/3/4: 7 0 500 60"]}                                                                    | ${"nothing moves"}
  ${HALF - 1n}       | ${[`1/2/20000/3/4: 7 ${HALF - 1n} 500 60`]}                                                         | ${"a row can hold it"}
  ${HALF + 5n}       | ${[`1/2/20001/3/4: 0 ${HALF} 0 0`, "1/2/20000/3/4: 7 5 500 60"]}                                    | ${"the next day takes what is too much"}
  ${-2n * HALF - 5n} | ${[`1/2/20001/3/4: 0 -${HALF} 0 0`, `1/2/20002/3/4: 0 -${HALF} 0 0`, "1/2/20000/3/4: 7 -5 500 60"]} | ${"so does what is taken back"}
`("a month's $quantity units: $because", ({ quantity, rows }) => {
  expect(spread(quantity)).toEqual(rows);
});
