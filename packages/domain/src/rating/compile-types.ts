import type { EventType } from "../events/event-type.ts";
import { compileMeasures } from "../events/measure-event.ts";
import { type BookType, type CompiledTerm, tupleTree } from "./book.ts";
import type { BookParts } from "./compile-book.ts";

/** Event types in the form that ingest follows. `terms`: all that may price their events. */
export function compileTypes(
  { catalogue, builtInTypes, handleOf }: BookParts,
  terms: readonly CompiledTerm[],
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
        usageTuples: tupleTree(),
        lasts: body.lasts ?? null,
        isReceipt: body.delivery?.of !== undefined,
      },
    ]),
  );
}

/** Those that a price, a line or hourly usage asks for; of receipts also those of their messages. */
function namedDimensions(
  type: string,
  { usage = [], delivery }: EventType,
  terms: readonly CompiledTerm[],
): ReadonlySet<string> {
  const ofType = terms.filter(
    ({ term: { on } }) => on === type || (on !== undefined && on === delivery?.of),
  );
  const conditions = ofType.flatMap(({ where, price }) => [
    ...where,
    ...(price.kind === "ratio" ? price.where : []),
  ]);
  return new Set([
    ...usage,
    ...ofType.flatMap(({ lines }) => lines),
    ...conditions.map(([dimension]) => dimension),
  ]);
}
