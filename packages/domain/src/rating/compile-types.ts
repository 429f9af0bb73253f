import type { Catalogue } from "../catalogue/catalogue.ts";
import type { EventType } from "../events/event-type.ts";
import { compileMeasures } from "../events/measure-event.ts";
import { type BookType, tupleTree } from "./book.ts";
import type { BookParts } from "./compile-book.ts";

/** Event types in the form that ingest follows. */
export function compileTypes({
  catalogue,
  builtInTypes,
  handleOf,
}: BookParts): Map<string, BookType> {
  const types = { ...builtInTypes, ...catalogue.eventTypes };
  return new Map(
    Object.entries(types).map(([name, body]) => [
      name,
      {
        handle: handleOf("eventType", name),
        name,
        body,
        measures: compileMeasures(body, namedDimensions(name, body, catalogue)),
        measure: Object.keys(body.quantities)[0]!,
        usageTuples: tupleTree(),
        isReceipt: body.delivery?.of !== undefined,
      },
    ]),
  );
}

/** Those that a price, a statement line or hourly usage asks for. */
function namedDimensions(
  type: string,
  { usage = [], delivery }: EventType,
  { plans, agreements }: Catalogue,
): ReadonlySet<string> {
  const versions = Object.values(agreements).flatMap((agreement) => agreement.versions);
  const terms = [...Object.values(plans), ...versions].flatMap((one) => one.terms ?? []);
  const ofType = terms.filter(({ on }) => on === type || (on !== undefined && on === delivery?.of));
  const named = ofType.flatMap(({ where, lines }) => [
    ...Object.keys(where ?? {}),
    ...(lines ?? []),
  ]);
  return new Set([...usage, ...named]);
}
