/** States what our own code guarantees. A failure is our bug, never the caller's doing. */
export function assert(holds: boolean, guarantee: string): asserts holds {
  if (!holds) throw new AssertionFailure(guarantee);
}

export class AssertionFailure extends Error {
  override readonly name = "AssertionFailure";
  constructor(guarantee: string) {
    super(`broken guarantee: ${guarantee}`);
  }
}
