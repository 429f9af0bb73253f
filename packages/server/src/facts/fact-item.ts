import type { ReadEvent, RefusedEvent } from "../events/read-event.ts";
import type { FactItem } from "./state-facts.ts";

/** A correction of the event that it names by its own source and id. */
export function correctionOf(event: ReadEvent | RefusedEvent): FactItem {
  return { ref: `${event.source ?? ""}/${event.id ?? ""}`, event };
}
