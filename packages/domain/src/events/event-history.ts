/**
 * What an accepted event stands at: what it said and was charged when it came, and then every fact
 * stated about it, in order. Nothing is ever changed; a fact is taken back by another one.
 */
import { assert } from "../assert.ts";
import type { RefusalCode } from "../refusals.ts";

/**
 * *void*: it counts no more. *restore*: it counts again, as before it was voided. *correction*: it
 * says something else. *rerating*: it says the same and is charged by another catalogue.
 */
export type FactKind = "void" | "restore" | "correction" | "rerating";

export interface Fact<Version> {
  /** Counts from 1 within the event. */
  readonly ordinal: number;
  readonly kind: FactKind;
  /** What the event stands at from now on; null: at nothing. */
  readonly stated: Version | null;
}

export interface Standing<Version> {
  /**
   * Of the last fact; 0: none was stated. The next fact names it, so that of two at once one
   * applies.
   */
  readonly ordinal: number;
  readonly isVoid: boolean;
  /** Of a void event, what it would be restored to. */
  readonly version: Version;
}

/** `facts`: all of them, in their order. */
export function standingOf<Version>(
  first: Version,
  facts: readonly Fact<Version>[],
): Standing<Version> {
  let standing: Standing<Version> = { ordinal: 0, isVoid: false, version: first };
  for (const { ordinal, kind, stated } of facts) {
    assert(ordinal === standing.ordinal + 1, "every fact stands on the one before it");
    assert(refusalOf(kind, standing) === null, "a fact was possible when it was stated");
    assert((stated === null) === (kind === "void"), "only a void states nothing");
    standing = { ordinal, isVoid: stated === null, version: stated ?? standing.version };
  }
  return standing;
}

/** Why no fact of this kind can be stated about an event that stands so; null if it can. */
export function refusalOf(
  kind: FactKind,
  { isVoid }: Pick<Standing<unknown>, "isVoid">,
): RefusalCode | null {
  if (kind === "restore") return isVoid ? null : "fact.not-void";
  return isVoid ? "fact.event-void" : null;
}
