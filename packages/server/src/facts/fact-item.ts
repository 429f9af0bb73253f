import type { ReadEvent, RefusedEvent } from "../events/read-event.ts";

export interface FactItem {
  /** The event's key, or its `source/id`. */
  readonly ref: string;
  /** Of a correction: the event as it should have been sent. */
  readonly event?: ReadEvent | RefusedEvent;
}

/** A correction of the event that it names by its own source and id. */
export function correctionOf(event: ReadEvent | RefusedEvent): FactItem {
  return { ref: `${event.source ?? ""}/${event.id ?? ""}`, event };
}
