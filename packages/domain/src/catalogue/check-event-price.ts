/** What is wrong with a matrix, a price that events carry, or limits per event. */
import { matrixCells } from "../rating/rate-matrix.ts";
import type { DynamicPrice, MatrixPrice, PerEventLimits } from "./catalogue.ts";
import { checkDecimal, checkLimits, checkNotNegative } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";

/** More combinations than these belong into a deck. */
const CELLS_MAX = 100_000;

/** Every rate is for whole cells, and no cell has two rates. */
export function checkMatrix(
  { by, rates, otherwise }: MatrixPrice,
  path: Path,
  report: Report,
): void {
  if (otherwise !== undefined) checkNotNegative(otherwise, [...path, "otherwise"], report);
  const seen = new Set<string>();
  let cells = 0;
  for (const [at, { when, rate }] of rates.entries()) {
    const ratePath = [...path, "rates", at];
    checkNotNegative(rate, [...ratePath, "rate"], report);
    for (const dimension of Object.keys(when)) {
      if (by.includes(dimension)) continue;
      report([...ratePath, "when", dimension], "catalogue.matrix-dimension-extra", { dimension });
    }
    const missing = by.filter((dimension) => !Object.hasOwn(when, dimension));
    for (const dimension of missing) {
      report([...ratePath, "when"], "catalogue.matrix-dimension-missing", { dimension });
    }
    if (missing.length > 0) continue;
    cells += by.reduce((product, dimension) => product * [when[dimension]].flat().length, 1);
    if (cells > CELLS_MAX) {
      report([...path, "rates"], "catalogue.matrix-too-large", { cellsMax: CELLS_MAX });
      return;
    }
    for (const values of matrixCells(by, when)) {
      const cell = values.join(", ");
      if (seen.has(cell)) report([...ratePath, "when"], "catalogue.matrix-cell-twice", { cell });
      seen.add(cell);
    }
  }
}

/** A factor of the event's own price, and what is added to it. */
export function checkDynamic(price: DynamicPrice, path: Path, report: Report): void {
  checkNotNegative(price.factor, [...path, "factor"], report);
  if (price.fixed !== undefined) checkDecimal(price.fixed, [...path, "fixed"], report);
  checkPerEventLimits(price, path, report);
}

export function checkPerEventLimits(price: PerEventLimits, path: Path, report: Report): void {
  checkLimits(price, ["minimumPerEvent", "maximumPerEvent"], path, report);
}
