import { assert } from "../assert.ts";
import type { Base } from "../catalogue/catalogue.ts";
import type { Dimensions } from "../events/measure-dimensions.ts";
import type {
  ApplicableTerm,
  ApplicableTerms,
  Book,
  BookAccount,
  CompiledTerm,
  Conditions,
  TermNode,
  TermsOfType,
} from "./book.ts";

/**
 * The terms whose conditions an event meets, whenever they are in force, those that others stand on first.
 * What can apply to an account's events of a type is worked out once; so is what each combination of the
 * values that conditions name leads to.
 */
export function matchingTerms(
  book: Book,
  account: BookAccount,
  type: string,
  dimensions: Dimensions,
): readonly ApplicableTerm[] {
  // A function within this one, even one that is not reached, would cost an object for each event.
  const applicable = applicableTerms(book, account, type);
  let node = applicable.root;
  if (applicable.conditions.length > 0) {
    const numbers = numbersOf(book.termsByType.get(type)!.conditions, dimensions);
    for (const { place, named } of applicable.conditions) {
      const number = numbers[place]!;
      // A value that only others' conditions name is as good as none, so that the tree stays small.
      node = childOf(node, named.has(number) ? number : 0);
    }
  }
  node.matching ??= termsThatMatch(applicable.terms, dimensions);
  return node.matching;
}

function termsThatMatch(
  terms: readonly ApplicableTerm[],
  dimensions: Dimensions,
): readonly ApplicableTerm[] {
  return terms.filter(({ term }) => matches(term, dimensions));
}

function numbersOf(conditions: Conditions, dimensions: Dimensions): readonly number[] {
  const known = conditions.byDimensions.get(dimensions);
  if (known !== undefined) return known;
  const made = numberValues(conditions, dimensions);
  conditions.byDimensions.set(dimensions, made);
  return made;
}

function numberValues({ dimensions }: Conditions, values: Dimensions): readonly number[] {
  return dimensions.map(({ name, numbers }) => {
    const value = values[name];
    return value === undefined ? 0 : (numbers.get(value) ?? 0);
  });
}

function childOf({ children }: TermNode, number: number): TermNode {
  const known = children.get(number);
  if (known !== undefined) return known;
  const child: TermNode = { matching: null, children: new Map() };
  children.set(number, child);
  return child;
}

function matches({ where }: CompiledTerm, dimensions: Dimensions): boolean {
  for (const [dimension, values] of where) {
    const value = dimensions[dimension];
    if (value === undefined || !values.has(value)) return false;
  }
  return true;
}

/** The terms of a type, with their conditions. */
export function termsOfType(terms: readonly CompiledTerm[]): TermsOfType {
  const named = new Map<string, Map<string, number>>();
  for (const [name, values] of terms.flatMap(({ where }) => where)) {
    const numbers = named.get(name) ?? new Map<string, number>();
    named.set(name, numbers);
    for (const value of values) {
      if (!numbers.has(value)) numbers.set(value, numbers.size + 1);
    }
  }
  const dimensions = Array.from(named, ([name, numbers]) => ({ name, numbers }));
  return { terms, conditions: { dimensions, byDimensions: new WeakMap() } };
}

const NO_TERMS = termsOfType([]);

/**
 * The terms that can apply to an account's events of a type, those that others stand on first, surcharges
 * after the terms whose billed time they are on. Worked out once for each account and type, and remembered.
 */
export function applicableTerms(book: Book, account: BookAccount, type: string): ApplicableTerms {
  const known = account.applicable.get(type);
  if (known !== undefined) return known;
  const made = findApplicable(book, account, type);
  account.applicable.set(type, made);
  return made;
}

function findApplicable(book: Book, account: BookAccount, type: string): ApplicableTerms {
  const ofType = book.termsByType.get(type) ?? NO_TERMS;
  const applicable: ApplicableTerm[] = [];
  for (const term of ofType.terms) {
    const level = levelOf(term, account);
    if (level !== null) applicable.push({ term, level });
  }
  return {
    terms: inOrderOfBases(applicable),
    conditions: ofType.conditions.dimensions.flatMap((condition, place) => {
      const named = numbersNamed(condition, applicable);
      return named.size === 0 ? [] : [{ place, named }];
    }),
    root: { matching: null, children: new Map() },
  };
}

function numbersNamed(
  { name, numbers }: Conditions["dimensions"][number],
  applicable: readonly ApplicableTerm[],
): Set<number> {
  const values = applicable.flatMap(({ term: { where } }) =>
    where.flatMap(([dimension, named]) => (dimension === name ? [...named] : [])),
  );
  return new Set(values.map((value) => numbers.get(value)!));
}

/**
 * Whether a term is for an account, and where in its reseller chain. A customer's agreement is for the
 * accounts it lists; every other one also for the accounts below them. What a reseller pays of its
 * customers' charges is for the accounts below alone: for its own use there is no customer.
 */
function levelOf({ agreement, price }: CompiledTerm, account: BookAccount): number | null {
  const { accounts, role } = agreement;
  const receivable = role === "customer" || role === "reseller";
  if (accounts === null || accounts.has(account.name)) {
    if (!receivable) return -1;
    const ofCustomer = price.kind === "share" && price.of === "customerCharge";
    return role === "reseller" && ofCustomer ? null : 0;
  }
  if (role === "customer") return null;
  const above = account.above.findIndex((parent) => accounts.has(parent.name));
  if (above === -1) return null;
  return receivable ? above + 1 : -1;
}

type Group = "cost" | "customerCharge" | "parentCharge" | "upper" | "payable";

const REVENUE_GROUPS: readonly Group[] = ["customerCharge", "parentCharge", "upper"];

function groupOf({ term, level }: ApplicableTerm): Group {
  if (level < 0) return term.agreement.role === "supplier" ? "cost" : "payable";
  return level === 0 ? "customerCharge" : level === 1 ? "parentCharge" : "upper";
}

function groupsUnder(base: Base): readonly Group[] {
  return base === "margin" ? [...REVENUE_GROUPS, "cost"] : [base];
}

function inOrderOfBases(terms: readonly ApplicableTerm[]): ApplicableTerm[] {
  const groups = new Map<Group, ApplicableTerm[]>();
  for (const term of terms) {
    const group = groupOf(term);
    groups.set(group, [...(groups.get(group) ?? []), term]);
  }
  const ordered: ApplicableTerm[] = [];
  const state = new Map<Group, "entered" | "done">();
  const visit = (group: Group): void => {
    if (state.get(group) === "done") return;
    assert(state.get(group) !== "entered", "no term stands on itself: apply refuses cycles");
    state.set(group, "entered");
    for (const { term } of groups.get(group) ?? []) {
      if (term.price.kind === "share") groupsUnder(term.price.of).forEach(visit);
    }
    const ofGroup = groups.get(group) ?? [];
    const isSurcharge = ({ term }: ApplicableTerm): boolean => term.price.kind === "surcharge";
    ordered.push(...ofGroup.filter((term) => !isSurcharge(term)), ...ofGroup.filter(isSurcharge));
    state.set(group, "done");
  };
  for (const group of groups.keys()) visit(group);
  return ordered;
}
