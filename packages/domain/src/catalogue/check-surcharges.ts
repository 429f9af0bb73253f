import { unitOf } from "../units.ts";
import type { AgreementVersion, Catalogue } from "./catalogue.ts";
import { attempt } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";
import { termsOfVersion } from "./terms-of-version.ts";

/** A surcharge stands on a term by a deck of the same version, for the same events and quantity. */
export function checkSurcharges(
  version: AgreementVersion,
  { plans, decks }: Catalogue,
  path: Path,
  report: Report,
): void {
  const terms = termsOfVersion(version, plans, path);
  for (const { term, path: termPath } of terms) {
    const { price } = term;
    if (price.model !== "surcharge") continue;
    const base = terms.find((one) => one.term.id === price.on)?.term;
    const inPlan = termPath[0] === "plans";
    const at = (key: string): Path => (inPlan ? [...path, "plan"] : [...termPath, "price", key]);
    if (base?.price.model !== "deck" || base.on !== term.on) {
      report(at("on"), "catalogue.surcharge-base-unknown", { term: price.on });
      continue;
    }
    const { deck: name } = base.price;
    const deck = Object.hasOwn(decks, name) ? decks[name] : undefined;
    const quantity = deck === undefined ? null : attempt(() => unitOf(deck.per).quantity);
    if (quantity === null || quantity === attempt(() => unitOf(price.per).quantity)) continue;
    report(at("per"), "catalogue.surcharge-quantity", { term: price.on, quantity });
  }
}
