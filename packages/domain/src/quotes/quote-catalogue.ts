import type { Agreement, Catalogue, DateOrInstantText, Term } from "../catalogue/catalogue.ts";

/** What is asked a price of: a plan of the catalogue, or a price that is in no catalogue. */
export type QuotedTerms = { readonly plan: string } | { readonly term: Term };

export interface QuotedCustomer {
  readonly terms: QuotedTerms;
  readonly currency: string;
  /** When the agreement begins: ramps and anniversaries count from then. */
  readonly since: DateOrInstantText;
  /**
   * Whether suppliers charge too, so that a price on cost has its base. Their charges are no list
   * prices: a public quote goes without.
   */
  readonly suppliers: boolean;
}

/** Account and party of a customer that does not exist yet. */
export const QUOTED_CUSTOMER = "customer";

/**
 * A catalogue in which one customer, who has nothing else, is under the terms that are asked about;
 * a book of it prices by the same code as the book that bills. Only suppliers who charge for every
 * account come along: another one's agreement is not for this customer.
 */
export function quoteCatalogue(
  catalogue: Catalogue,
  { terms, currency, since, suppliers }: QuotedCustomer,
): Catalogue {
  const version = "plan" in terms ? { plan: terms.plan } : { terms: [terms.term] };
  const agreement: Agreement = {
    party: QUOTED_CUSTOMER,
    role: "customer",
    currency,
    timeZone: catalogue.provider.timeZone,
    cycle: "monthly",
    accounts: [QUOTED_CUSTOMER],
    versions: [{ from: since, ...version }],
  };
  const charging = Object.entries(catalogue.agreements).filter(
    ([, { role, accounts }]) => suppliers && role === "supplier" && accounts === "all",
  );
  return {
    ...catalogue,
    parties: { ...catalogue.parties, [QUOTED_CUSTOMER]: { name: "Customer" } },
    accounts: { [QUOTED_CUSTOMER]: { party: QUOTED_CUSTOMER } },
    agreements: { ...Object.fromEntries(charging), [quotedAgreement(terms)]: agreement },
  };
}

/** No id has a blank in it: the agreement cannot be taken for one of the catalogue. */
export function quotedAgreement(terms: QuotedTerms): string {
  return "plan" in terms ? `plan ${terms.plan}` : "price asked";
}
