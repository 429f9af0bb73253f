import {
  type CatalogueProblem,
  type Path,
  type ProblemCode,
  toPointer,
} from "@counterpart/domain/catalogue/problems.ts";

/** Where something is written. A request has no file; what is missing altogether has no line. */
export interface Place {
  /** Relative to the catalogue's directory, with forward slashes. */
  readonly file: string | null;
  /** From 1. */
  readonly line: number | null;
  readonly column: number | null;
}

/** A problem as its author reads it. */
export interface Problem extends Place {
  /** JSON Pointer into the catalogue; empty for a problem of a whole file. */
  readonly path: string;
  readonly code: ProblemCode;
  readonly message: string;
}

/** Where a path of the catalogue is written, or as much of it as is written. */
export type Locate = (path: Path) => Place;

export const NOWHERE: Place = { file: null, line: null, column: null };

export function locateProblem({ path, code, message }: CatalogueProblem, locate: Locate): Problem {
  return { ...locate(path), path: toPointer(path), code, message };
}

/** By file, line and column, so that a list reads like the files. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (a, b) =>
      compareFiles(a.file, b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}

function compareFiles(a: string | null, b: string | null): number {
  if (a === b) return 0;
  return (a ?? "") < (b ?? "") ? -1 : 1;
}
