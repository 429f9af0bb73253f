/**
 * The reference of a charge: the event's key, the fact that states it unless it is of the event as
 * it came, and its number from 1. `0191…0001#2`, `0191…0001.3#2`
 */
export function chargeRef(event: string, statedBy: number, ordinal: number): string {
  return `${event}${statedBy === 0 ? "" : `.${statedBy}`}#${ordinal}`;
}
