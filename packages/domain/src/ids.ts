import type { MonthText } from "./period.ts";
import { Refusal } from "./refusals.ts";

/** The public name of a catalogue object: an account, agreement, deck, plan, source or party. */
export type CatalogueId = string & { readonly brand: "CatalogueId" };

/** The statement of one agreement for one month: `stm_2026-10_acme-voice`. */
export type StatementId = `stm_${string}`;

const CATALOGUE_ID = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Refuses `id.malformed`. */
export function checkCatalogueId(text: string): CatalogueId {
  if (!CATALOGUE_ID.test(text)) throw new Refusal("id.malformed", { id: text.slice(0, 80) });
  return text as CatalogueId;
}

/** The same agreement and month have the same id on every machine. */
export function statementId(agreement: CatalogueId, month: MonthText): StatementId {
  return `stm_${month}_${agreement}`;
}
