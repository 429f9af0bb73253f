/** What errors of PostgreSQL mean for those who can do something about them. */

/** SQLSTATE of an error. */
export function stateOf(error: unknown): string {
  return String((error as { code?: unknown }).code);
}

/** Classes 22 and 23: the store refuses a value. */
export function isOfData(error: unknown): boolean {
  return /^2[23]/.test(stateOf(error));
}

/** The store chose this one of two that wait in a circle: the same again may succeed. */
export function isDeadlock(error: unknown): boolean {
  return ["40P01", "40001"].includes(stateOf(error));
}
