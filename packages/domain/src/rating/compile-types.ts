import type { EventType } from "../events/event-type.ts";
import { compileMeasures } from "../events/measure-event.ts";
import { measureOf } from "../events/measure-of.ts";
import {
  type BookType,
  type CompiledPrice,
  type CompiledTerm,
  type TupleMemory,
  tupleShape,
} from "./book.ts";
import type { BookParts } from "./compile-book.ts";

/** Event types in the form that ingest follows. `terms`: all that may price their events. */
export function compileTypes(
  { catalogue, builtInTypes, handleOf }: BookParts,
  terms: readonly CompiledTerm[],
  tuples: TupleMemory,
): Map<string, BookType> {
  const types = { ...builtInTypes, ...catalogue.eventTypes };
  return new Map(
    Object.entries(types).map(([name, body]) => {
      const ofType = termsOf(name, body, terms);
      const type: BookType = {
        handle: handleOf("eventType", name),
        name,
        body,
        measures: compileMeasures(body, namedDimensions(body, ofType), numbersOf(body, ofType)),
        measure: measureOf(body),
        usageTuples: tupleShape(tuples, body.usage ?? []),
        lasts: body.lasts ?? null,
        isReceipt: body.delivery?.of !== undefined,
      };
      return [name, type];
    }),
  );
}

/** The terms that may price a type's events; those of receipts are also those of their messages. */
function termsOf(
  type: string,
  { delivery }: EventType,
  terms: readonly CompiledTerm[],
): readonly CompiledTerm[] {
  const of = delivery?.of ?? type;
  return terms.filter(({ term: { on } }) => on === type || on === of);
}

/** The dimensions that a rule, a line or hourly usage asks for. */
function namedDimensions(
  { usage = [], delivery }: EventType,
  terms: readonly CompiledTerm[],
): ReadonlySet<string> {
  const named = new Set(["carrier", ...usage]);
  for (const name of [delivery?.status, delivery?.after]) if (name !== undefined) named.add(name);
  for (const { where, price, tuples } of terms) {
    for (const [name] of where) named.add(name);
    for (const name of tuples.names) named.add(name);
    for (const name of dimensionsOfPrice(price)) named.add(name);
  }
  return named;
}

/** The fields of the numbers that prices look up; the price of a call may look at any. */
function numbersOf(
  { numbers = [] }: EventType,
  terms: readonly CompiledTerm[],
): ReadonlySet<string> {
  return new Set(
    terms.flatMap(({ price }) => {
      if (price.kind === "deck" || price.kind === "network") return [price.number];
      return price.kind === "call" ? numbers : [];
    }),
  );
}

/** The dimensions that a price looks at itself. */
function dimensionsOfPrice(price: CompiledPrice): readonly string[] {
  if (price.kind === "network") return ["network"];
  if (price.kind === "call") return ["status"];
  if (price.kind === "matrix") return price.matrix.dimensions;
  return price.kind === "ratio" ? price.where.map(([name]) => name) : [];
}
