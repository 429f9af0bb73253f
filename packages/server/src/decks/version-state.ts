import type { Instant } from "@counterpart/domain/instant.ts";
import type { DatedDeck } from "./deck-shelf.ts";

export const VERSION_STATES = ["past", "in-force", "scheduled"] as const;

/** What a version of the deck is at the moment. */
export function versionState(
  { versions }: Pick<DatedDeck, "versions">,
  version: DatedDeck["versions"][number],
  now: Instant,
): (typeof VERSION_STATES)[number] {
  if (version.at > now) return "scheduled";
  return versions.findLast(({ at }) => at <= now) === version ? "in-force" : "past";
}
