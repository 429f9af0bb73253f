/** What was charged rests on: it ends, gets successors or stays unused, but never becomes another thing. */
import { canonicalJson } from "../canonical-json.ts";
import type { Agreement, Catalogue, Deck } from "./catalogue.ts";
import { KIND_OF_SECTION } from "./check-catalogue.ts";
import { type CatalogueProblem, problem, type Report } from "./problems.ts";

/** Events, charges, statements and dated prices name these for ever. */
const KEPT_SECTIONS = ["parties", "accounts", "decks", "agreements"] as const;

/** What statements and charges already rest on; another one is a successor (design: agreement). */
const AGREEMENT_FIXED = [
  "party",
  "role",
  "seller",
  "currency",
  "timeZone",
  "cycle",
] as const satisfies readonly (keyof Agreement)[];

/** What its prices of every date mean. */
const DECK_FIXED = [
  "key",
  "currency",
  "per",
  "incrementMode",
] as const satisfies readonly (keyof Deck)[];

/** What `next` may not do to what was applied with `previous`. */
export function checkChange(previous: Catalogue, next: Catalogue): readonly CatalogueProblem[] {
  const problems: CatalogueProblem[] = [];
  const report: Report = (path, code, detail) => problems.push(problem(path, code, detail));
  for (const section of KEPT_SECTIONS) {
    for (const id of Object.keys(previous[section])) {
      if (Object.hasOwn(next[section], id)) continue;
      const kind = KIND_OF_SECTION[section];
      report([section, id], "catalogue.cannot-be-removed", { kind, id });
    }
  }
  const { agreements, decks } = previous;
  checkFixed("agreements", AGREEMENT_FIXED, agreements, next.agreements, report);
  checkFixed("decks", DECK_FIXED, decks, next.decks, report);
  checkNamesKept(decks, next.decks, report);
  checkAccountsFixed(previous, next, report);
  checkCoverageKept(previous, next, report);
  return problems;
}

function checkFixed<Body>(
  section: "agreements" | "decks",
  fields: readonly (keyof Body & string)[],
  previous: Readonly<Record<string, Body>>,
  next: Readonly<Record<string, Body>>,
  report: Report,
): void {
  const kind = KIND_OF_SECTION[section];
  for (const [id, body] of Object.entries(previous)) {
    if (!Object.hasOwn(next, id)) continue;
    for (const field of fields) {
      const [before, after] = [body[field] ?? "none", next[id]![field] ?? "none"].map(textOf);
      if (before === after) continue;
      const detail = { field, kind, id, before: before! };
      report([section, id, field], "catalogue.fixed-for-ever", detail);
    }
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : canonicalJson(value);
}

/** Rows that are kept name them: they may change, but not go. */
function checkNamesKept(
  previous: Catalogue["decks"],
  next: Catalogue["decks"],
  report: Report,
): void {
  for (const [deck, body] of Object.entries(previous)) {
    if (!Object.hasOwn(next, deck)) continue;
    for (const [key, kind] of [
      ["timeBands", "Time band"],
      ["originGroups", "Origin group"],
    ] as const) {
      for (const name of Object.keys(body[key] ?? {})) {
        if (Object.hasOwn(next[deck]![key] ?? {}, name)) continue;
        report(["decks", deck, key], "catalogue.name-taken-out", { kind, name, deck });
      }
    }
  }
}

/** A late event is charged to the chain that the account had when its month was stated. */
function checkAccountsFixed(previous: Catalogue, next: Catalogue, report: Report): void {
  for (const [account, body] of Object.entries(previous.accounts)) {
    if (!Object.hasOwn(next.accounts, account)) continue;
    for (const field of ["party", "parent"] as const) {
      if (body[field] === next.accounts[account]![field]) continue;
      const before = body[field] ?? "none";
      report(["accounts", account, field], "catalogue.account-fixed", { field, account, before });
    }
  }
}

/** What an agreement charged an account, late events adjust in the same agreement. */
function checkCoverageKept(previous: Catalogue, next: Catalogue, report: Report): void {
  for (const [agreement, { accounts: before }] of Object.entries(previous.agreements)) {
    if (!Object.hasOwn(next.agreements, agreement)) continue;
    const after = next.agreements[agreement]!.accounts;
    const path = ["agreements", agreement, "accounts"];
    if (before === "all" || after === "all") {
      if (before === after) continue;
      const what = before === "all" ? "all accounts" : "the accounts it lists";
      report(path, "catalogue.coverage-fixed", { agreement, before: what });
      continue;
    }
    const kept = new Set(after);
    for (const account of before) {
      if (kept.has(account)) continue;
      report(path, "catalogue.account-left-out", { agreement, account });
    }
  }
}
