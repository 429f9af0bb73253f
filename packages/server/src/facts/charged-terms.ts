import { assert } from "@counterpart/domain/assert.ts";
import { canonicalJson } from "@counterpart/domain/canonical-json.ts";
import { chargesFromText } from "@counterpart/domain/rating/charge.ts";
import type { ChargedTerm, ChargedTermOf } from "@counterpart/domain/rating/charge-changes.ts";
import type { Db } from "../platform/database.ts";
import { listTermFacts } from "./facts.repo.ts";

/** Term versions that were looked up before: they never change. */
export interface ChargedTerms {
  readonly termOf: ChargedTermOf;
  /** Whether what it comes to is read from what its events say. */
  readonly isMetered: (termVersion: number) => boolean;
  /** Looks up those that these charges name and that are not known yet. */
  learn(db: Db, charges: readonly string[]): Promise<void>;
}

export function chargedTerms(): ChargedTerms {
  const known = new Map<number, ChargedTerm>();
  const metered = new Set<number>();
  return {
    termOf(version) {
      const term = known.get(version);
      assert(term !== undefined, "the terms of charges are looked up before they are compared");
      return term;
    },
    isMetered: (version) => metered.has(version),
    async learn(db, charges) {
      const named = new Set(
        charges.flatMap((text) => chargesFromText(text).map(({ termVersion }) => termVersion)),
      );
      const unknown = [...named].filter((version) => !known.has(version));
      if (unknown.length === 0) return;
      for (const { id, agreement, term, price, isMetered } of await listTermFacts(db, unknown)) {
        if (isMetered) metered.add(id);
        known.set(id, { agreement, term, price: canonicalJson(price) });
      }
    },
  };
}
