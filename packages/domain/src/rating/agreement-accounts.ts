import type { Book, BookAgreement } from "./book.ts";

/**
 * Names of the accounts that an agreement is for, null for all: a customer's those that it lists, every other
 * one's also the accounts below them.
 */
export function agreementAccounts(
  { accounts }: Pick<Book, "accounts">,
  agreement: BookAgreement,
): readonly string[] | null {
  const listed = agreement.accounts;
  if (listed === null) return null;
  if (agreement.role === "customer") return [...listed];
  return [...accounts.values()]
    .filter(({ name, above }) => listed.has(name) || above.some((one) => listed.has(one.name)))
    .map(({ name }) => name);
}
