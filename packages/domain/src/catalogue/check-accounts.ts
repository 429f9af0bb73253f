import type { Account, Alias, Catalogue } from "./catalogue.ts";
import { findOverlaps, type Span } from "./check-overlaps.ts";
import { checkInstant } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";

/**
 * Parties and parents exist, no account is above itself, and each alias stands for one account at a
 * time.
 */
export function checkAccounts(catalogue: Catalogue, report: Report): void {
  const aliases = new Map<string, Span<PlacedAlias>[]>();
  for (const [id, account] of Object.entries(catalogue.accounts)) {
    const path = ["accounts", id];
    if (!Object.hasOwn(catalogue.parties, account.party)) {
      report([...path, "party"], "catalogue.party-unknown", { party: account.party });
    }
    if (account.parent !== undefined && !Object.hasOwn(catalogue.accounts, account.parent)) {
      report([...path, "parent"], "catalogue.account-unknown", { account: account.parent });
    }
    for (const [at, alias] of (account.aliases ?? []).entries()) {
      const span = checkAlias(catalogue, id, alias, [...path, "aliases", at], report);
      const sameName = aliases.get(alias.name);
      if (sameName === undefined) aliases.set(alias.name, [span]);
      else sameName.push(span);
    }
  }
  checkParents(catalogue.accounts, report);
  for (const spans of aliases.values()) if (spans.length > 1) checkAmbiguous(spans, report);
}

interface PlacedAlias {
  readonly alias: Alias;
  readonly path: Path;
}

function checkAlias(
  catalogue: Catalogue,
  account: string,
  alias: Alias,
  path: Path,
  report: Report,
): Span<PlacedAlias> {
  const { name, source, from, to } = alias;
  if (source !== undefined && !Object.hasOwn(catalogue.sources, source)) {
    report([...path, "source"], "catalogue.source-unknown", { source });
  }
  if (name !== account && Object.hasOwn(catalogue.accounts, name)) {
    report([...path, "name"], "catalogue.alias-is-account", { alias: name });
  }
  const zone = catalogue.provider.timeZone;
  const start = from === undefined ? null : checkInstant(from, zone, [...path, "from"], report);
  const end = to === undefined ? null : checkInstant(to, zone, [...path, "to"], report);
  if (start !== null && end !== null && end <= start) {
    report([...path, "to"], "catalogue.to-not-after-from", { from: from ?? "", to: to ?? "" });
  }
  return { owner: account, from: start, to: end, item: { alias, path } };
}

/**
 * Within one source, or among those of every source; the alias of the source itself comes first.
 */
function checkAmbiguous(spans: readonly Span<PlacedAlias>[], report: Report): void {
  for (const source of new Set(spans.map((span) => span.item.alias.source))) {
    const inSource = spans.filter((span) => span.item.alias.source === source);
    for (const [earlier, later] of findOverlaps(inSource)) {
      const { alias, path } = later.item;
      report([...path, "name"], "catalogue.alias-ambiguous", {
        alias: alias.name,
        other: earlier.owner,
        at: alias.from ?? earlier.item.alias.from ?? "any time",
      });
    }
  }
}

function checkParents(accounts: Readonly<Record<string, Account>>, report: Report): void {
  const done = new Set<string>();
  for (const start of Object.keys(accounts)) {
    const chain = new Set<string>();
    let id: string | undefined = start;
    while (id !== undefined && Object.hasOwn(accounts, id) && !done.has(id)) {
      if (chain.has(id)) {
        const circle = [...chain].slice([...chain].indexOf(id));
        const path = ["accounts", id, "parent"];
        report(path, "catalogue.parent-cycle", { chain: [...circle, id].join(" → ") });
        break;
      }
      chain.add(id);
      id = accounts[id]!.parent;
    }
    for (const seen of chain) done.add(seen);
  }
}
