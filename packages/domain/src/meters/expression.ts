/**
 * What expressions may name, and what checks them. The rules here know no expression language: the one
 * that is used is handed in by whoever reads catalogues.
 */
import type { EventType } from "../events/event-type.ts";

export type ValueType = "string" | "int" | "double" | "bool";

/** Fields of the three things that a filter sees, with their types. Absent values are "", 0 and false. */
export interface FilterNames {
  readonly data: Readonly<Record<string, ValueType>>;
  readonly dimensions: Readonly<Record<string, "string">>;
  readonly quantities: Readonly<Record<string, "int">>;
}

/** Each says why an expression cannot be used, in English. */
export interface ExpressionChecks {
  /** null when it can. */
  readonly filter: (text: string, names: FilterNames) => string | null;
  /** The meters that it uses when it can. */
  readonly derived: (
    text: string,
    meters: readonly string[],
  ) => { readonly why: string } | { readonly uses: readonly string[] };
}

/** What a filter over events of a type may name; fields of no single plain type are left out. */
export function filterNames(type: EventType): FilterNames {
  const data: Record<string, ValueType> = {};
  const { properties } = type.schema;
  if (typeof properties === "object" && properties !== null) {
    for (const [field, schema] of Object.entries(properties)) {
      const valueType = valueTypeOf(schema);
      if (valueType !== null) data[field] = valueType;
    }
  }
  const dimensions = { channel: "string" as const, ...each(type.dimensions, "string") };
  return { data, dimensions, quantities: each(type.quantities, "int") };
}

function each<T>(names: object, type: T): Record<string, T> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, type]));
}

const VALUE_TYPES: Readonly<Record<string, ValueType>> = {
  string: "string",
  integer: "int",
  number: "double",
  boolean: "bool",
};

function valueTypeOf(schema: unknown): ValueType | null {
  if (typeof schema !== "object" || schema === null) return null;
  const { type, enum: values } = schema as { type?: unknown; enum?: unknown };
  if (typeof type === "string") return VALUE_TYPES[type] ?? null;
  const areTexts = Array.isArray(values) && values.every((value) => typeof value === "string");
  return areTexts ? "string" : null;
}
