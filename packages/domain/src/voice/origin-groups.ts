/** Groups of callers that rows of a deck may be for (handbook §2.6). */
import type { Deck } from "../catalogue/catalogue.ts";

/** What a group lists for callers without a readable number. */
export const WITHHELD = "withheld";

export type OriginGroups = ReadonlyMap<string, readonly string[]>;

export function compileOriginGroups({
  originGroups = {},
}: Pick<Deck, "originGroups">): OriginGroups {
  return new Map(Object.entries(originGroups));
}

/** Digits of the group's longest prefix that the caller's number has; 0 for none. */
export function originMatch(
  groups: OriginGroups,
  group: string,
  caller: string | undefined,
): number {
  const prefixes = groups.get(group) ?? [];
  if (caller === undefined) return prefixes.includes(WITHHELD) ? 1 : 0;
  let longest = 0;
  for (const prefix of prefixes) {
    if (prefix.length > longest && caller.startsWith(prefix)) longest = prefix.length;
  }
  return longest;
}
