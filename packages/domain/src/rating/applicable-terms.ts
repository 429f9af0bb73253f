import { assert } from "../assert.ts";
import type { Base } from "../catalogue/catalogue.ts";
import type {
  ApplicableTerm,
  ApplicableTerms,
  Book,
  BookAccount,
  CompiledTerm,
  TermNode,
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
  dimensions: Readonly<Record<string, string | undefined>>,
): readonly ApplicableTerm[] {
  const { conditions, root, terms } = applicableTerms(book, account, type);
  let node = root;
  for (const { dimension, named } of conditions) {
    const value = dimensions[dimension];
    // A value that no condition names leads where its absence does, so that the tree stays small.
    const branch = value !== undefined && named.has(value) ? value : undefined;
    node = childOf(node, branch);
  }
  node.matching ??= terms.filter(({ term }) => matches(term, dimensions));
  return node.matching;
}

function childOf({ children }: TermNode, value: string | undefined): TermNode {
  const known = children.get(value);
  if (known !== undefined) return known;
  const child: TermNode = { matching: null, children: new Map() };
  children.set(value, child);
  return child;
}

function matches(
  { where }: CompiledTerm,
  dimensions: Readonly<Record<string, string | undefined>>,
): boolean {
  for (const [dimension, values] of where) {
    const value = dimensions[dimension];
    if (value === undefined || !values.has(value)) return false;
  }
  return true;
}

/**
 * The terms that can apply to an account's events of a type, those that others stand on first, surcharges
 * after the terms whose billed time they are on. Worked out
 * once for each account and type, and remembered.
 */
export function applicableTerms(book: Book, account: BookAccount, type: string): ApplicableTerms {
  const known = account.applicable.get(type);
  if (known !== undefined) return known;
  const applicable: ApplicableTerm[] = [];
  for (const term of book.termsByType.get(type) ?? []) {
    const level = levelOf(term, account);
    if (level !== null) applicable.push({ term, level });
  }
  const terms = inOrderOfBases(applicable);
  const named = new Map<string, Set<string>>();
  for (const { term } of terms) {
    for (const [dimension, values] of term.where) {
      named.set(dimension, new Set([...(named.get(dimension) ?? []), ...values]));
    }
  }
  const made: ApplicableTerms = {
    terms,
    conditions: Array.from(named, ([dimension, values]) => ({ dimension, named: values })),
    root: { matching: null, children: new Map() },
  };
  account.applicable.set(type, made);
  return made;
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
