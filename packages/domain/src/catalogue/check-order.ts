import type { DateOrInstantText } from "./catalogue.ts";
import { checkInstant } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";

/** Each version starts after the one before it. */
export function checkOrder(
  versions: readonly { readonly from: DateOrInstantText }[],
  zone: string,
  path: Path,
  report: Report,
): void {
  let before: DateOrInstantText | undefined;
  let latest = Number.NEGATIVE_INFINITY;
  for (const [at, { from }] of versions.entries()) {
    const start = checkInstant(from, zone, [...path, at, "from"], report);
    if (start === null) continue;
    if (before !== undefined && start <= latest) {
      report([...path, at, "from"], "catalogue.versions-not-sorted", { from, before });
    }
    before = from;
    latest = start;
  }
}
