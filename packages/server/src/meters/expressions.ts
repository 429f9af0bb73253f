/**
 * Expressions of meters in the Common Expression Language (CEL), kept small and total: no loops, no
 * regular expressions, no nesting without end. They are checked when the catalogue is applied and never
 * run while events are ingested.
 */
import type { ExpressionChecks, FilterNames } from "@counterpart/domain/meters/expression.ts";
import { fraction, type MeterValue } from "@counterpart/domain/meters/meter-value.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { type ASTNode, Environment } from "@marcbachmann/cel-js";

export const EXPRESSION_LENGTH_MAX = 2_000;

const LIMITS = {
  maxAstNodes: 300,
  maxDepth: 24,
  maxListElements: 200,
  maxMapEntries: 0,
  maxCallArguments: 4,
};

/** What runs longer than it looks: a pattern may backtrack for ever, and macros nest loops. */
const FORBIDDEN = new Set(["matches", "all", "exists", "exists_one", "filter", "map", "bind"]);

/** Values that a filter sees, by the names of `FilterNames`; what is absent gets the type's zero. */
export interface FilterValues {
  readonly data: Readonly<Record<string, unknown>>;
  readonly dimensions: Readonly<Record<string, string | undefined>>;
  readonly quantities: Readonly<Record<string, number>>;
}

export type Filter = (values: FilterValues) => boolean;

export const expressionChecks: ExpressionChecks = {
  filter: (text, names) => whyNot(filterEnvironment(names), text, "bool"),
  derived(text, meters) {
    const why = whyNot(meterEnvironment(meters), text, VALUE);
    if (why !== null) return { why };
    return { uses: namesIn(meterEnvironment(meters).parse(text).ast) };
  },
};

/** A checked filter, compiled. It refuses `meter.expression-failed` where it has no value. */
export function compileFilter(text: string, names: FilterNames): Filter {
  const run = filterEnvironment(names).parse(text);
  const read = Object.entries(names).map(([thing, fields]) => [thing, Object.entries(fields)]) as [
    keyof FilterValues,
    [string, keyof typeof ZEROS][],
  ][];
  return (values) => {
    const context: Record<string, Record<string, unknown>> = {};
    for (const [thing, fields] of read) {
      const shown: Record<string, unknown> = {};
      for (const [field, type] of fields) shown[field] = plain(values[thing][field], type);
      context[thing] = shown;
    }
    return orRefuse(text, () => run(context)) === true;
  };
}

/** A checked expression over meters. Refuses `meter.expression-failed`. */
export function compileDerived(
  text: string,
  meters: readonly string[],
): (values: Readonly<Record<string, MeterValue>>) => MeterValue {
  const run = meterEnvironment(meters).parse(text);
  return (values) => {
    const context = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, new Value(value)]),
    );
    return (orRefuse(text, () => run(context)) as Value).exact;
  };
}

/** The meters that a checked expression names. */
export function metersOf(text: string, meters: readonly string[]): readonly string[] {
  return namesIn(meterEnvironment(meters).parse(text).ast);
}

const ZEROS = { string: "", int: 0n, double: 0, bool: false } as const;

function plain(value: unknown, type: keyof typeof ZEROS): unknown {
  if (value === undefined || value === null) return ZEROS[type];
  return type === "int" ? BigInt(value as number) : value;
}

function filterEnvironment({ data, dimensions, quantities }: FilterNames): Environment {
  return new Environment({ limits: LIMITS })
    .registerVariable({ name: "data", schema: { ...data } })
    .registerVariable({ name: "dimensions", schema: { ...dimensions } })
    .registerVariable({ name: "quantities", schema: { ...quantities } });
}

const VALUE = "Value";

/** An exact fraction as the language holds it: it knows types by their classes. */
class Value {
  readonly exact: MeterValue;
  constructor(exact: MeterValue) {
    this.exact = exact;
  }
}

type Operand = Value | bigint;

function exactOf(operand: Operand): MeterValue {
  return typeof operand === "bigint" ? { numerator: operand, denominator: 1n } : operand.exact;
}

const ARITHMETIC: Readonly<Record<string, (a: MeterValue, b: MeterValue) => MeterValue>> = {
  "+": (a, b) =>
    fraction(
      a.numerator * b.denominator + b.numerator * a.denominator,
      a.denominator * b.denominator,
    ),
  "-": (a, b) =>
    fraction(
      a.numerator * b.denominator - b.numerator * a.denominator,
      a.denominator * b.denominator,
    ),
  "*": (a, b) => fraction(a.numerator * b.numerator, a.denominator * b.denominator),
  "/": (a, b) => {
    if (b.numerator === 0n) throw new Error("division by zero");
    return fraction(a.numerator * b.denominator, a.denominator * b.numerator);
  },
};

/** Below zero, zero or above it, as the left operand is to the right one. */
const COMPARISONS: Readonly<Record<string, (difference: bigint) => boolean>> = {
  "<": (difference) => difference < 0n,
  "<=": (difference) => difference <= 0n,
  ">": (difference) => difference > 0n,
  ">=": (difference) => difference >= 0n,
};

/** Meters are exact fractions; with whole numbers they make fractions again. */
function meterEnvironment(meters: readonly string[]): Environment {
  const environment = new Environment({ limits: LIMITS }).registerType(VALUE, {
    ctor: Value,
    fields: {},
  });
  for (const [left, right] of [
    [VALUE, VALUE],
    [VALUE, "int"],
    ["int", VALUE],
  ] as const) {
    for (const [sign, compute] of Object.entries(ARITHMETIC)) {
      environment.registerOperator(
        `${left} ${sign} ${right}: ${VALUE}`,
        (a: Operand, b: Operand) => new Value(compute(exactOf(a), exactOf(b))),
      );
    }
    for (const [sign, compare] of Object.entries(COMPARISONS)) {
      environment.registerOperator(`${left} ${sign} ${right}: bool`, (a: Operand, b: Operand) => {
        const [one, other] = [exactOf(a), exactOf(b)];
        const difference = one.numerator * other.denominator - other.numerator * one.denominator;
        return compare(difference);
      });
    }
  }
  for (const meter of meters) environment.registerVariable(meter, VALUE);
  return environment;
}

function whyNot(environment: Environment, text: string, wanted: string): string | null {
  if (text.length > EXPRESSION_LENGTH_MAX) {
    return `it has more than ${EXPRESSION_LENGTH_MAX} characters`;
  }
  const checked = environment.check(text);
  if (!checked.valid) return firstLine(checked.error?.message ?? "it is malformed");
  const forbidden = callsIn(environment.parse(text).ast).find((name) => FORBIDDEN.has(name));
  if (forbidden !== undefined) return `${forbidden} may run too long and is not offered`;
  const type = String(checked.type);
  return type === wanted ? null : `it is ${type}, not ${wanted}`;
}

function orRefuse<T>(expression: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const why = firstLine((error as Error).message);
    throw new Refusal("meter.expression-failed", { expression: expression.slice(0, 200), why });
  }
}

/** The message's first line: the others draw where in the text it is. */
function firstLine(message: string): string {
  return message.split("\n")[0]!.slice(0, 120);
}

/** Names of variables, each once. */
function namesIn(root: ASTNode): string[] {
  const names = new Set<string>();
  for (const node of nodesOf(root)) if (node.op === "id") names.add(node.args);
  return [...names];
}

function callsIn(root: ASTNode): string[] {
  const names: string[] = [];
  for (const node of nodesOf(root)) {
    if (node.op === "call" || node.op === "rcall") names.push(node.args[0]);
  }
  return names;
}

function nodesOf(root: unknown): ASTNode[] {
  if (Array.isArray(root)) return root.flatMap(nodesOf);
  if (typeof root !== "object" || root === null || !("op" in root)) return [];
  const node = root as ASTNode;
  return [node, ...nodesOf(node.args)];
}
