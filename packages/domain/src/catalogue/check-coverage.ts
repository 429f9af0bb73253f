import { checkZone, instantOfDateOrInstant } from "../period.ts";
import type { Agreement, Catalogue } from "./catalogue.ts";
import { findOverlaps, type Span } from "./check-overlaps.ts";
import { attempt } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";

/** What an agreement's version covers: one account, or null for all. */
interface Cover {
  readonly account: string | null;
  readonly from: string;
  readonly path: Path;
}

/**
 * At any time an account is listed by at most one agreement of a customer or reseller: two would
 * charge each event twice. Agreements further up the reseller chain list other accounts.
 */
export function checkCoverage({ agreements }: Catalogue, report: Report): void {
  const covers = Object.entries(agreements)
    .filter(([, { role }]) => role === "customer" || role === "reseller")
    .flatMap(([id, agreement]) => coversOf(id, agreement));
  for (const [earlier, later] of findDoubleCovers(covers)) {
    const { account, from, path } = later.item;
    report(path, "catalogue.coverage-overlaps", {
      agreement: earlier.owner,
      account: account ?? earlier.item.account ?? "every account",
      at: from,
    });
  }
}

function findDoubleCovers(covers: readonly Span<Cover>[]): readonly Overlap[] {
  const byAccount = new Map<string | null, Span<Cover>[]>();
  for (const cover of covers) {
    const ofAccount = byAccount.get(cover.item.account);
    if (ofAccount === undefined) byAccount.set(cover.item.account, [cover]);
    else ofAccount.push(cover);
  }
  const double = [...byAccount.values()].flatMap((ofAccount) => findOverlaps(ofAccount));
  const ofAll = byAccount.get(null) ?? [];
  const told = new Set<string>();
  for (const cover of covers) {
    if (cover.item.account === null || told.has(cover.owner)) continue;
    const pair = ofAll
      .filter(({ owner }) => owner !== cover.owner)
      .flatMap((all) => findOverlaps([all, cover]))
      .at(0);
    // An agreement that lists many accounts is told once, not for each.
    if (pair !== undefined) told.add(cover.owner);
    if (pair !== undefined) double.push(pair);
  }
  return double;
}

type Overlap = readonly [earlier: Span<Cover>, later: Span<Cover>];

/** Versions whose dates are malformed cover nothing here: that is told elsewhere. */
function coversOf(id: string, agreement: Agreement): Span<Cover>[] {
  const zone = attempt(() => checkZone(agreement.timeZone));
  if (zone === null) return [];
  const instantOf = (text: string | undefined) =>
    text === undefined ? null : attempt(() => instantOfDateOrInstant(zone, text));
  return agreement.versions.flatMap((version, at) => {
    const start = instantOf(version.from);
    if (start === null) return [];
    const end = instantOf(version.to ?? agreement.versions[at + 1]?.from);
    const listed = agreement.accounts === "all" ? [null] : agreement.accounts;
    return listed.map((account, index): Span<Cover> => {
      const path = ["agreements", id, "accounts"];
      const item = {
        account,
        from: version.from,
        path: account === null ? path : [...path, index],
      };
      return { owner: id, from: start, to: end, item };
    });
  });
}
