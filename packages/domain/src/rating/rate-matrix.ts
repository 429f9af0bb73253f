import { assert } from "../assert.ts";
import type { MatrixPrice } from "../catalogue/catalogue.ts";
import { parseDecimal } from "../decimal.ts";
import { unitOf } from "../units.ts";
import { reduce, type Whole } from "./whole.ts";

/** A rate for each combination of the values of some dimensions. */
export interface RateMatrix {
  readonly dimensions: readonly string[];
  readonly cells: ReadonlyMap<string, MatrixRate>;
  /** What every other combination costs; null: nothing is known of it. */
  readonly otherwise: MatrixRate | null;
}

/** A quantity is multiplied by `numerator ÷ by`. */
export interface MatrixRate {
  readonly numerator: Whole;
  readonly by: number;
}

/**
 * The cells of a matrix by the values that lead to each: with rates for country DE or AT and sender alpha,
 * an SMS to DE from an alpha sender costs that rate. A combination that no rate names costs `otherwise`;
 * without that it has no rate, which is never zero.
 */
export function compileMatrix({ by, rates, otherwise, per }: MatrixPrice): RateMatrix {
  const { size } = unitOf(per);
  const rateOf = (rate: string): MatrixRate => reduce(parseDecimal(rate, 12), size);
  const cells = new Map<string, MatrixRate>();
  for (const { when, rate } of rates) {
    for (const values of matrixCells(by, when)) {
      const key = cellKey(values);
      assert(!cells.has(key), "apply checked that no cell has two rates");
      cells.set(key, rateOf(rate));
    }
  }
  return { dimensions: by, cells, otherwise: otherwise === undefined ? null : rateOf(otherwise) };
}

/** Every combination of values that a condition names, in the order of the dimensions. */
export function matrixCells(
  by: readonly string[],
  when: MatrixPrice["rates"][number]["when"],
): string[][] {
  let cells: string[][] = [[]];
  for (const dimension of by) {
    const values = Object.hasOwn(when, dimension) ? [when[dimension] ?? []].flat() : [];
    cells = cells.flatMap((cell) => values.map((value) => [...cell, value]));
  }
  return cells;
}

/** The rate of an event's cell, or null where there is none. */
export function findMatrixRate(
  { dimensions, cells, otherwise }: RateMatrix,
  values: Readonly<Record<string, string | undefined>>,
): MatrixRate | null {
  return cells.get(cellKey(dimensions.map((name) => values[name] ?? ""))) ?? otherwise;
}

/** No dimension's value holds a NUL: neither events nor catalogues take one. */
function cellKey(values: readonly string[]): string {
  return values.join("\0");
}
