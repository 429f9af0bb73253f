import type { EventType } from "../events/event-type.ts";

/**
 * The field of an event type's data that says how long it lasted, in seconds: what the usage of a
 * session is written to. null when the type counts no time: it has no sessions.
 */
export function durationField({ quantities }: EventType): string | null {
  const rule = quantities.milliseconds;
  return rule?.field !== undefined && rule.times === 1000 ? rule.field : null;
}
