import type { EventType } from "./event-type.ts";

/**
 * The quantity of an event type that hourly usage counts: the one that it names as its `measure`, or its only
 * one. A catalogue must name one of several. One that was applied before that was asked counts what it
 * counted then: the shortest name, of equally long ones the first by letters, since that is the order in
 * which the store keeps names. Empty for a type without quantities, which no catalogue may have.
 */
export function measureOf({
  measure,
  quantities,
}: Pick<EventType, "measure" | "quantities">): string {
  if (measure !== undefined) return measure;
  const names = Object.keys(quantities);
  return names.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0] ?? "";
}
