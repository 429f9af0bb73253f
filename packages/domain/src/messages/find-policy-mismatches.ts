import type { Catalogue, Role, Term } from "../catalogue/catalogue.ts";
import type { FinalState } from "../catalogue/charge-on.ts";
import { termsOfVersion } from "../catalogue/terms-of-version.ts";
import { deliveryDues } from "./delivery-dues.ts";

/** Messages that are bought in other states than they are sold in (handbook S17). */
export interface PolicyMismatch {
  readonly type: string;
  /** `agreement/term` of a first pair of this kind. */
  readonly sold: string;
  readonly bought: string;
  /** Ends of a message that cost and bring nothing, and that bring and cost nothing. */
  readonly costOnly: readonly FinalState[];
  readonly revenueOnly: readonly FinalState[];
}

/** Ends that are compared: a failed message usually has terms of its own. */
const COMPARED: readonly FinalState[] = ["delivered", "undelivered", "expired", "rejected"];

interface Dealt {
  readonly name: string;
  readonly term: Term;
  /** States in which anything is due. */
  readonly due: ReadonlySet<FinalState>;
}

/**
 * Each way in which the terms in force last are bought and sold by different fates of a message, once for
 * an event type. It is legal and often meant; whoever did not mean it loses on every message that is not
 * delivered.
 */
export function findPolicyMismatches(catalogue: Catalogue): readonly PolicyMismatch[] {
  const bought = dealtBy(catalogue, ["supplier"]);
  const found = new Map<string, PolicyMismatch>();
  for (const sale of dealtBy(catalogue, ["customer", "reseller"])) {
    for (const purchase of bought) {
      if (sale.term.on !== purchase.term.on || areApart(sale.term, purchase.term)) continue;
      if (sale.term.chargeOn === purchase.term.chargeOn) continue;
      const costOnly = COMPARED.filter((end) => purchase.due.has(end) && !sale.due.has(end));
      const revenueOnly = COMPARED.filter((end) => sale.due.has(end) && !purchase.due.has(end));
      if (costOnly.length + revenueOnly.length === 0) continue;
      const type = sale.term.on ?? "";
      const kind = [type, ...costOnly, "/", ...revenueOnly].join(" ");
      if (found.has(kind)) continue;
      found.set(kind, { type, sold: sale.name, bought: purchase.name, costOnly, revenueOnly });
    }
  }
  return [...found.values()];
}

function dealtBy({ agreements, plans }: Catalogue, roles: readonly Role[]): readonly Dealt[] {
  return Object.entries(agreements).flatMap(([id, { role, versions }]) => {
    const version = versions.at(-1);
    if (version === undefined || !roles.includes(role)) return [];
    return termsOfVersion(version, plans, []).flatMap(({ term }) => {
      const due = dueStates(term);
      return due === null ? [] : [{ name: `${id}/${term.id}`, term, due }];
    });
  });
}

/** Null for what no message is bought or sold by: fees, shares, surcharges, fees on failure. */
function dueStates({ on, price, chargeOn, passThrough = false }: Term): Dealt["due"] | null {
  const isShare = ["percentage", "markup", "graduatedShare", "surcharge"].includes(price.model);
  if (on === undefined || isShare || passThrough) return null;
  if (chargeOn === undefined) return new Set(COMPARED);
  const dues = deliveryDues(chargeOn);
  if (dues.get("failed")?.share !== 0 && dues.get("delivered")?.share === 0) return null;
  return new Set(COMPARED.filter((end) => dues.get(end)?.share !== 0));
}

/** Whether no event can meet the conditions of both. */
function areApart(a: Term, b: Term): boolean {
  return Object.entries(a.where ?? {}).some(([dimension, values]) => {
    const others = b.where?.[dimension];
    if (others === undefined) return false;
    const [ours, theirs] = [[values].flat(), [others].flat()];
    return !ours.some((value) => theirs.includes(value));
  });
}

/** `hub/sms is bought …, shop/sms is sold …: undelivered and expired messages cost and bring nothing.` */
export function describeMismatch(mismatch: PolicyMismatch): string {
  const { type, sold, bought, costOnly, revenueOnly } = mismatch;
  const parts = [
    ...(costOnly.length === 0 ? [] : [`${listOf(costOnly)} ones cost and bring nothing`]),
    ...(revenueOnly.length === 0 ? [] : [`${listOf(revenueOnly)} ones bring and cost nothing`]),
  ];
  return `${type} is bought (${bought}) and sold (${sold}) by other fates: ${parts.join("; ")}.`;
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
