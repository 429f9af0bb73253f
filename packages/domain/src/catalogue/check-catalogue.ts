/** Whether a catalogue that has the right shape also makes sense (design: catalogue as code). */
import type { EventType } from "../events/event-type.ts";
import type { ExpressionChecks } from "../meters/expression.ts";
import type { Catalogue } from "./catalogue.ts";
import { checkAccounts } from "./check-accounts.ts";
import { checkAgreements } from "./check-agreements.ts";
import { checkBases } from "./check-bases.ts";
import { checkCoverage } from "./check-coverage.ts";
import { checkDecks } from "./check-decks.ts";
import { checkEventTypes } from "./check-event-types.ts";
import { checkExchangeRates } from "./check-exchange-rates.ts";
import { checkMeters } from "./check-meters.ts";
import { checkSources } from "./check-sources.ts";
import { checkTerms } from "./check-terms.ts";
import { checkCurrency, checkId, checkName, checkTimeZone } from "./check-values.ts";
import { type CatalogueProblem, problem, type Report } from "./problems.ts";

/** The parts of a catalogue that are maps of ids. */
export const SECTIONS = [
  "parties",
  "accounts",
  "sources",
  "eventTypes",
  "exchangeTables",
  "decks",
  "plans",
  "agreements",
  "meters",
] as const satisfies readonly (keyof Catalogue)[];

/** What one object of a section is called. */
export const KIND_OF_SECTION = {
  parties: "party",
  accounts: "account",
  sources: "source",
  eventTypes: "event type",
  exchangeTables: "exchange table",
  decks: "deck",
  plans: "plan",
  agreements: "agreement",
  meters: "meter",
} as const satisfies Record<(typeof SECTIONS)[number], string>;

/**
 * Every problem at once, in no particular order; none if the catalogue can be compiled into a book.
 */
export function checkCatalogue(
  catalogue: Catalogue,
  builtInTypes: Readonly<Record<string, EventType>>,
  expressions: ExpressionChecks,
): readonly CatalogueProblem[] {
  const problems: CatalogueProblem[] = [];
  const report: Report = (path, code, detail) => problems.push(problem(path, code, detail));
  checkCoverage(catalogue, report);
  checkBases(catalogue, report);
  checkExchangeRates(catalogue, report);
  return [...checkObjects(catalogue, builtInTypes, expressions), ...problems];
}

/**
 * The problems of each object and of what it names: without those that only all agreements and exchange
 * rates together have.
 */
export function checkObjects(
  catalogue: Catalogue,
  builtInTypes: Readonly<Record<string, EventType>>,
  expressions: ExpressionChecks,
): readonly CatalogueProblem[] {
  const problems: CatalogueProblem[] = [];
  const report: Report = (path, code, detail) => problems.push(problem(path, code, detail));
  const { provider, eventTypes, plans } = catalogue;
  const types = new Map(Object.entries({ ...builtInTypes, ...eventTypes }));
  checkCurrency(provider.homeCurrency, ["provider", "homeCurrency"], report);
  checkTimeZone(provider.timeZone, ["provider", "timeZone"], report);
  for (const section of SECTIONS) {
    if (section === "meters") continue; // their names stand in expressions: checkMeters has the rule
    const check = section === "eventTypes" ? checkName : checkId;
    for (const id of Object.keys(catalogue[section])) check(id, [section, id], report);
  }
  checkAccounts(catalogue, report);
  checkSources(catalogue, types, report);
  checkEventTypes(eventTypes, builtInTypes, report);
  checkDecks(catalogue, report);
  for (const [id, plan] of Object.entries(plans)) {
    checkTerms(plan.terms, catalogue, types, ["plans", id, "terms"], report);
  }
  checkAgreements(catalogue, types, report);
  checkMeters(catalogue.meters, types, expressions, report);
  return problems;
}
