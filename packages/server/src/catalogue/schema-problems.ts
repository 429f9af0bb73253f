import { type CatalogueProblem, problem } from "@counterpart/domain/catalogue/problems.ts";
import type { z } from "zod";

type Issue = z.core.$ZodIssue;
type Place = (string | number)[];

/** What the schema found, in the words of the catalogue; each place is told once for each code. */
export function problemsOfIssues(issues: readonly Issue[]): readonly CatalogueProblem[] {
  const problems = issues.flatMap((issue) => problemsOf(issue, []));
  const told = new Set<string>();
  return problems.filter(({ path, code, message }) => {
    const key = JSON.stringify(code === "catalogue.unknown-key" ? [path, message] : [path, code]);
    return !told.has(key) && told.add(key);
  });
}

function problemsOf(issue: Issue, above: Place): CatalogueProblem[] {
  const path = [
    ...above,
    ...issue.path.map((key) => (typeof key === "number" ? key : String(key))),
  ];
  if (issue.input === undefined && issue.code !== "unrecognized_keys") {
    if (isOfType(issue)) {
      return [problem(path, "catalogue.missing", { name: String(path.at(-1) ?? "catalogue") })];
    }
  }
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => problem([...path, key], "catalogue.unknown-key", { key }));
    case "invalid_union":
      return problemsOfUnion(issue, path);
    case "invalid_type":
      return [problem(path, "catalogue.wrong-type", { expected: nameOf(issue.expected) })];
    case "invalid_value":
      return [problem(path, "catalogue.wrong-value", { expected: oneOf(issue.values) })];
    case "too_small":
      return [problem(path, "catalogue.out-of-range", { expected: bound("at least", issue) })];
    case "too_big":
      return [problem(path, "catalogue.out-of-range", { expected: bound("at most", issue) })];
    default:
      return [problem(path, "catalogue.malformed", { expected: issue.message })];
  }
}

/** A value that is not there fails by its type, whatever type that is. */
function isOfType(issue: Issue): boolean {
  return ["invalid_type", "invalid_value", "invalid_union"].includes(issue.code);
}

type UnionIssue = Extract<Issue, { readonly code: "invalid_union" }>;

/**
 * Of several shapes the one that was meant: the one that fails the least, and not at its outset.
 */
function problemsOfUnion(issue: UnionIssue, path: Place): CatalogueProblem[] {
  if ("options" in issue && issue.options !== undefined) {
    return [problem(path, "catalogue.wrong-value", { expected: oneOf(issue.options) })];
  }
  const shapes = issue.errors.filter((issues) => !issues.some(isAboutType));
  const meant = shapes.toSorted((a, b) => a.length - b.length)[0];
  if (meant !== undefined) return meant.flatMap((inner) => problemsOf(inner, path));
  const expected = issue.errors.flatMap((issues) => issues.slice(0, 1)).map(expectationOf);
  return [problem(path, "catalogue.wrong-type", { expected: expected.join(" or ") })];
}

function isAboutType(issue: Issue): boolean {
  return (
    issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value")
  );
}

function expectationOf(issue: Issue): string {
  if (issue.code === "invalid_value") return oneOf(issue.values);
  return issue.code === "invalid_type" ? nameOf(issue.expected) : issue.message;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a text; a number with a point or exponent needs quotes",
  int: "a whole number",
  number: "a number",
  array: "a list",
  tuple: "a list",
  object: "a map",
  record: "a map",
};

function nameOf(expected: string): string {
  return TYPE_NAMES[expected] ?? expected;
}

function oneOf(values: readonly unknown[]): string {
  const names = values.map(String);
  return names.length === 1 ? `${names[0]}` : `one of ${names.join(", ")}`;
}

const SIZE_NAMES: Readonly<Record<string, string>> = { string: " characters", array: " items" };

type SizeIssue = Extract<Issue, { readonly code: "too_small" | "too_big" }>;

/** A length that was given its own words is told in those. */
function bound(words: string, issue: SizeIssue): string {
  if (!/^Too (small|big)/.test(issue.message)) return issue.message;
  const limit = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const of = SIZE_NAMES[issue.origin] ?? "";
  return `${words} ${limit}${of}`;
}
