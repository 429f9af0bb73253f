import { describeAmount } from "./describe-quantity.ts";
import type { ExplainedCharge } from "./explained.ts";

/** A table in cells; who shows it aligns them. */
export interface ExplanationTable {
  readonly columns: readonly { readonly title: string; readonly align?: "left" | "right" }[];
  readonly rows: readonly (readonly string[])[];
}

export type TabledCharge = Pick<
  ExplainedCharge,
  | "ref"
  | "role"
  | "party"
  | "agreement"
  | "term"
  | "quantity"
  | "billed"
  | "rate"
  | "amount"
  | "currency"
>;

/** The charges of an event, one row for each party's. */
export function chargeTable(charges: readonly TabledCharge[]): ExplanationTable {
  return {
    columns: [
      { title: "#", align: "right" },
      { title: "role" },
      { title: "party" },
      { title: "agreement" },
      { title: "term" },
      { title: "quantity", align: "right" },
      { title: "billed", align: "right" },
      { title: "rate" },
      { title: "amount", align: "right" },
    ],
    rows: charges.map((charge) => [
      charge.ref.slice(charge.ref.lastIndexOf("#") + 1),
      charge.role,
      charge.party,
      charge.agreement,
      charge.term,
      charge.quantity,
      charge.billed,
      charge.rate,
      charge.amount === null ? "at close" : describeAmount(charge.amount, charge.currency),
    ]),
  };
}
