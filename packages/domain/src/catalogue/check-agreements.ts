import type { EventType } from "../events/event-type.ts";
import { checkZone, instantOfDateOrInstant } from "../period.ts";
import type { Agreement, AgreementVersion, Catalogue } from "./catalogue.ts";
import { checkOrder } from "./check-order.ts";
import { checkSurcharges } from "./check-surcharges.ts";
import { checkTerm, checkTerms } from "./check-terms.ts";
import { attempt, checkCurrency, checkInstant, checkTimeZone } from "./check-values.ts";
import { rampedPrices } from "./patch-price.ts";
import type { Path, Report } from "./problems.ts";
import { termsOfVersion } from "./terms-of-version.ts";

/** Each agreement by itself: its parties, accounts, dates and terms. */
export function checkAgreements(
  catalogue: Catalogue,
  types: ReadonlyMap<string, EventType>,
  report: Report,
): void {
  const resellers = new Set(
    Object.values(catalogue.agreements)
      .filter(({ role }) => role === "reseller")
      .map(({ party }) => party),
  );
  for (const [id, agreement] of Object.entries(catalogue.agreements)) {
    const path = ["agreements", id];
    checkCurrency(agreement.currency, [...path, "currency"], report);
    checkTimeZone(agreement.timeZone, [...path, "timeZone"], report);
    checkParties(agreement, catalogue, resellers, path, report);
    checkAccountList(agreement, catalogue, [...path, "accounts"], report);
    if (agreement.versions.length === 0) {
      report(path, "catalogue.agreement-without-version", {});
    }
    checkDates(agreement, [...path, "versions"], report);
    for (const [at, version] of agreement.versions.entries()) {
      const versionPath = [...path, "versions", at];
      checkVersion(version, catalogue, versionPath, report);
      checkTerms(version.terms ?? [], catalogue, types, [...versionPath, "terms"], report);
      checkOverrides(version, catalogue, types, versionPath, report);
      checkCommittedTerms(version, catalogue, versionPath, report);
      checkDeckCurrencies(agreement, version, catalogue, versionPath, report);
      checkSurcharges(version, catalogue, versionPath, report);
    }
  }
}

function checkParties(
  { party, seller, role }: Agreement,
  { parties }: Catalogue,
  resellers: ReadonlySet<string>,
  path: Path,
  report: Report,
): void {
  if (!Object.hasOwn(parties, party)) {
    report([...path, "party"], "catalogue.party-unknown", { party });
  }
  if (seller === undefined) return;
  const at = [...path, "seller"];
  if (role !== "customer" && role !== "reseller") {
    report(at, "catalogue.seller-not-for-role", {});
  }
  if (!Object.hasOwn(parties, seller)) report(at, "catalogue.party-unknown", { party: seller });
  else if (seller === party) report(at, "catalogue.seller-is-buyer", { party });
  else if (!resellers.has(seller)) report(at, "catalogue.seller-not-reseller", { party: seller });
}

function checkAccountList(
  agreement: Agreement,
  { accounts }: Catalogue,
  path: Path,
  report: Report,
): void {
  if (agreement.accounts === "all") return;
  const seen = new Set<string>();
  for (const [at, account] of agreement.accounts.entries()) {
    if (!Object.hasOwn(accounts, account)) {
      report([...path, at], "catalogue.account-unknown", { account });
    }
    if (seen.has(account)) report([...path, at], "catalogue.account-twice", { account });
    seen.add(account);
  }
}

/**
 * A version without `to` runs until the next one starts; one with it may leave a gap, never
 * overlap.
 */
function checkDates({ versions, timeZone }: Agreement, path: Path, report: Report): void {
  checkOrder(versions, timeZone, path, report);
  const zone = attempt(() => checkZone(timeZone));
  if (zone === null) return;
  for (const [at, { from, to }] of versions.entries()) {
    if (to === undefined) continue;
    const end = checkInstant(to, timeZone, [...path, at, "to"], report);
    if (end === null) continue;
    const start = attempt(() => instantOfDateOrInstant(zone, from));
    if (start !== null && end <= start) {
      report([...path, at, "to"], "catalogue.to-not-after-from", { from, to });
    }
    const next = versions[at + 1]?.from;
    const nextStart = next === undefined ? null : attempt(() => instantOfDateOrInstant(zone, next));
    if (next !== undefined && nextStart !== null && end > nextStart) {
      report([...path, at, "to"], "catalogue.versions-overlap", { to, from: next });
    }
  }
}

function checkVersion(
  { plan, terms }: AgreementVersion,
  { plans }: Catalogue,
  path: Path,
  report: Report,
): void {
  if (plan === undefined && (terms ?? []).length === 0) {
    report(path, "catalogue.version-without-terms", {});
  }
  if (plan !== undefined && !Object.hasOwn(plans, plan)) {
    report([...path, "plan"], "catalogue.plan-unknown", { plan });
  }
}

/** An override stands on a term of the plan, and what comes of both is a term like any other. */
function checkOverrides(
  version: AgreementVersion,
  catalogue: Catalogue,
  types: ReadonlyMap<string, EventType>,
  path: Path,
  report: Report,
): void {
  const { plans } = catalogue;
  const { plan, overrides = {}, terms = [] } = version;
  const planned = plan !== undefined && Object.hasOwn(plans, plan) ? plans[plan]!.terms : [];
  for (const term of Object.keys(overrides)) {
    const at = [...path, "overrides", term];
    if (!planned.some(({ id }) => id === term)) {
      report(at, "catalogue.override-without-term", { term });
    } else if (terms.some(({ id }) => id === term)) {
      report(at, "catalogue.override-and-term", { term });
    }
  }
  for (const { term, path: termPath } of termsOfVersion(version, plans, path)) {
    if (termPath.at(-2) === "overrides") checkTerm(term, catalogue, types, termPath, report);
  }
}

/** A commitment counts terms of its own version; told where it is, or where its plan is named. */
function checkCommittedTerms(
  version: AgreementVersion,
  { plans }: Catalogue,
  path: Path,
  report: Report,
): void {
  const placed = termsOfVersion(version, plans, path);
  const counted = new Set<string>();
  for (const { term } of placed) if (term.price.model !== "commitment") counted.add(term.id);
  for (const { term, path: termPath } of placed) {
    for (const price of rampedPrices(term)) {
      if (price.model !== "commitment") continue;
      for (const id of price.terms ?? []) {
        if (counted.has(id)) continue;
        const at = termPath[0] === "plans" ? [...path, "plan"] : [...termPath, "price", "terms"];
        report(at, "catalogue.committed-term-unknown", { term: id });
      }
    }
  }
}

/** Told where the deck comes in: at the term of the version itself, or where it names the plan. */
function checkDeckCurrencies(
  { currency }: Agreement,
  version: AgreementVersion,
  { plans, decks }: Catalogue,
  path: Path,
  report: Report,
): void {
  for (const { term, path: termPath } of termsOfVersion(version, plans, path)) {
    for (const price of rampedPrices(term)) {
      if (price.model !== "deck" && price.model !== "network") continue;
      const deck = Object.hasOwn(decks, price.deck) ? decks[price.deck] : undefined;
      if (deck === undefined || deck.currency === currency) continue;
      const at = termPath[0] === "plans" ? [...path, "plan"] : [...termPath, "price", "deck"];
      const detail = { deck: price.deck, deckCurrency: deck.currency, currency };
      report(at, "catalogue.deck-currency-differs", detail);
    }
  }
}
