import type { EventType } from "../events/event-type.ts";
import { compileMeasures } from "../events/measure-event.ts";
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
    Object.entries(types).map(([name, body]) => [
      name,
      {
        handle: handleOf("eventType", name),
        name,
        body,
        measures: compileMeasures(body, namedDimensions(name, body, terms)),
        measure: Object.keys(body.quantities)[0]!,
        usageTuples: tupleShape(tuples, body.usage ?? []),
        lasts: body.lasts ?? null,
        isReceipt: body.delivery?.of !== undefined,
      },
    ]),
  );
}

/** Those that a rule, a line or hourly usage asks for; of receipts also those of their messages. */
function namedDimensions(
  type: string,
  { usage = [], delivery }: EventType,
  terms: readonly CompiledTerm[],
): ReadonlySet<string> {
  const named = new Set(["carrier", ...usage]);
  for (const name of [delivery?.status, delivery?.after]) if (name !== undefined) named.add(name);
  for (const { term, where, price, tuples } of terms) {
    if (term.on === undefined || (term.on !== type && term.on !== delivery?.of)) continue;
    for (const [name] of where) named.add(name);
    for (const name of tuples.names) named.add(name);
    for (const name of dimensionsOfPrice(price)) named.add(name);
  }
  return named;
}

/** Those that a price looks at itself. */
function dimensionsOfPrice(price: CompiledPrice): readonly string[] {
  if (price.kind === "network") return ["network"];
  if (price.kind === "call") return ["status"];
  if (price.kind === "matrix") return price.matrix.dimensions;
  return price.kind === "ratio" ? price.where.map(([name]) => name) : [];
}
