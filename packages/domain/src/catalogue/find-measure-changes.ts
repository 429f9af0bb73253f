import { measureOf } from "../events/measure-of.ts";
import type { Catalogue } from "./catalogue.ts";

/** An event type of which hourly usage counts another quantity than before. */
export interface MeasureChange {
  readonly type: string;
  readonly before: string;
  readonly after: string;
}

/** Allowed, as usage bills nothing, but hours that were counted before stay as they are. */
export function findMeasureChanges(
  { eventTypes: previous }: Pick<Catalogue, "eventTypes">,
  { eventTypes: next }: Pick<Catalogue, "eventTypes">,
): MeasureChange[] {
  return Object.entries(next).flatMap(([type, body]) => {
    const known = previous[type];
    if (known === undefined) return [];
    const [before, after] = [measureOf(known), measureOf(body)];
    return before === after ? [] : [{ type, before, after }];
  });
}

export function describeMeasureChange({ type, before, after }: MeasureChange): string {
  return (
    `hourly usage of ${type} counts ${after} from now on. Hours that have counted ${before} stay so: ` +
    "do not add them up."
  );
}
