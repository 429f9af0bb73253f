/** A plan in words, with what its decks hold at the moment. */
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import {
  type DeckSummary,
  summariseDeckRows,
} from "@counterpart/domain/decks/summarise-deck-rows.ts";
import {
  type DescribedPlan,
  describePlan as describeInWords,
  type PlanContext,
} from "@counterpart/domain/explain/describe-plan.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { checkZone, instantOfDateOrInstant } from "@counterpart/domain/period.ts";
import { FOREVER } from "@counterpart/domain/rating/compile-book.ts";
import type { DeckIndex } from "@counterpart/domain/rating/deck-index.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadHandles } from "../catalogue/catalogue.repo.ts";
import { loadDeckRows } from "../catalogue/deck-rows.repo.ts";
import { deckRowsInForce } from "../catalogue/deck-rows-to-write.ts";
import type { Db } from "../platform/database.ts";
import { planCurrency } from "./quote-target.ts";

export interface PlanRequest {
  readonly plan: string;
  readonly currency?: string | undefined;
  readonly audience: PlanContext["audience"];
  readonly now: Instant;
}

export interface PlanInWords extends DescribedPlan {
  readonly plan: string;
  readonly currency: string;
}

/** Refuses `plan.unknown`, `quote.currency-missing` and `quote.currency-differs`. */
export async function describePlan(
  db: Db,
  keeper: BookKeeper,
  { plan, currency: asked, audience, now }: PlanRequest,
): Promise<PlanInWords> {
  const catalogue = keeper.catalogue();
  const currency = planCurrency(catalogue, { plan, currency: asked });
  const body = catalogue.plans[plan]!;
  const summaries = new Map<string, DeckSummary>();
  for (const { price } of body.terms) {
    if (!("deck" in price)) continue;
    const summary = await summaryOf(db, keeper, price.deck, now);
    if (summary !== null) summaries.set(price.deck, summary);
  }
  const context = { currency, decks: catalogue.decks, summaries, audience };
  return { plan, currency, ...describeInWords(plan, body, context) };
}

interface Remembered {
  readonly summary: DeckSummary;
  /** When another version takes over. */
  readonly until: Instant;
}

/** A large deck takes a second to read: it is read once for each version, not for each question. */
const remembered = new WeakMap<DeckIndex, Remembered>();

async function summaryOf(
  db: Db,
  keeper: BookKeeper,
  deck: string,
  now: Instant,
): Promise<DeckSummary | null> {
  const index = keeper.deck(deck);
  const known = remembered.get(index);
  if (known !== undefined && now < known.until) return known.summary;
  const dates = versionDates(keeper.catalogue(), deck);
  const from = dates.findLast((date) => date <= now);
  if (from === undefined) return null;
  const handles = await loadHandles(db);
  const rows = deckRowsInForce(await loadDeckRows(db, handles.get(`deck/${deck}`)!), from);
  const summary = summariseDeckRows(rows);
  remembered.set(index, { summary, until: dates.find((date) => date > now) ?? FOREVER });
  return summary;
}

function versionDates({ provider, decks }: Catalogue, deck: string): readonly Instant[] {
  const zone = checkZone(provider.timeZone);
  return decks[deck]!.versions.map(({ from }) => instantOfDateOrInstant(zone, from));
}
