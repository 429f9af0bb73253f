import type { Problem } from "./locate-problem.ts";

/** As much of a problem as every list of problems has. */
type ListedProblem = Pick<Problem, "code" | "message" | "line"> & Partial<Problem>;

/**
 * One problem a line, each with its place: `decks.yaml:12:7  There is no plan basic.
 * (catalogue.…)`.
 */
export function printProblems(problems: readonly ListedProblem[]): string {
  return problems.map((one) => `${placeOf(one)}  ${one.message} (${one.code})`).join("\n");
}

function placeOf({ file, line, column, path }: ListedProblem): string {
  if (file === undefined) return `line ${line}`;
  if (file === null) return path ?? "";
  return line === null ? file : `${file}:${line}:${column ?? 1}`;
}

/** The problems that a refusal lists, or null when it has none. */
export function problemsOf(detail: Readonly<Record<string, unknown>>): ListedProblem[] | null {
  const { problems } = detail;
  if (!Array.isArray(problems)) return null;
  const isProblem = (one: unknown): one is ListedProblem =>
    typeof one === "object" && one !== null && "message" in one && "line" in one;
  return problems.every(isProblem) ? problems : null;
}
