/** What facts change, and which were refused, as tables for the terminal. */
import { formatDecimal, parseDecimal } from "@counterpart/domain/decimal.ts";
import { REFUSALS } from "@counterpart/domain/refusals.ts";
import { printTable } from "../platform/print-table.ts";
import { group } from "../platform/progress.ts";
import { showMoney } from "../platform/show-money.ts";
import type { AgreementEffect } from "./agreement-effect.ts";
import type { RefusedFact } from "./plan-facts.ts";
import type { FactAnswer, StatedFact } from "./state-facts.ts";

const DONE = { void: "voided", restore: "restored", correction: "corrected" } as const;

export function printFacts(
  kind: keyof typeof DONE,
  results: FactAnswer["results"],
  dryRun: boolean,
): string {
  const stated = results.filter((result): result is StatedFact => !("refused" in result));
  const refused = results.filter((result): result is RefusedFact => "refused" in result);
  const effects = addEffects(stated.flatMap((fact) => fact.effects));
  const parts: string[] = [];
  if (effects.length > 0) parts.push(printEffects(effects));
  if (refused.length > 0) parts.push(printRefused(refused));
  const events = stated.length === 1 ? "1 event" : `${group(stated.length)} events`;
  const done = dryRun ? `would be ${DONE[kind]} (--dry-run)` : DONE[kind];
  const left = refused.length === 0 ? "" : `, ${group(refused.length)} refused`;
  parts.push(`${events} ${done}${left}.`);
  return parts.join("\n\n");
}

/** One for each agreement, in order of their names. */
function addEffects(effects: readonly AgreementEffect[]): AgreementEffect[] {
  const sums = new Map<string, AgreementEffect>();
  for (const effect of effects) {
    const sum = sums.get(effect.agreement);
    const added = (of: "before" | "after" | "difference"): string =>
      formatDecimal(parseDecimal(effect[of], 12) + parseDecimal(sum?.[of] ?? "0", 12), 12);
    sums.set(effect.agreement, {
      ...effect,
      before: added("before"),
      after: added("after"),
      difference: added("difference"),
      atClose: effect.atClose + (sum?.atClose ?? 0),
    });
  }
  return [...sums.values()].sort((a, b) => (a.agreement < b.agreement ? -1 : 1));
}

/** With the events of each effect, and the money that statements change by, where they are known. */
export function printEffects(
  effects: readonly (AgreementEffect & {
    readonly events?: string;
    readonly money?: string | null;
  })[],
): string {
  const counts = effects.some(({ events }) => events !== undefined);
  const atClose = effects.some((effect) => effect.atClose > 0);
  const money = effects.some((effect) => (effect.money ?? null) !== null);
  const places = Math.max(
    2,
    ...effects.flatMap(({ before, after, difference }) =>
      [before, after, difference].map((amount) => amount.split(".")[1]?.length ?? 0),
    ),
  );
  const show = (amount: string): string => {
    const [whole, fraction = ""] = showMoney(amount).split(".");
    return `${whole}.${fraction.padEnd(places, "0")}`;
  };
  const rows = effects.map((effect) => [
    effect.agreement,
    effect.party,
    effect.role,
    ...(counts ? [group(BigInt(effect.events ?? "0"))] : []),
    show(effect.before),
    show(effect.after),
    show(effect.difference),
    ...(atClose ? [group(effect.atClose)] : []),
    ...(money ? [showMoney(effect.money ?? "0")] : []),
    effect.currency,
  ]);
  return printTable(
    [
      { title: "agreement" },
      { title: "party" },
      { title: "role" },
      ...(counts ? [{ title: "events", align: "right" } as const] : []),
      { title: "before", align: "right" },
      { title: "after", align: "right" },
      { title: "difference", align: "right" },
      ...(atClose ? [{ title: "priced at close", align: "right" } as const] : []),
      ...(money ? [{ title: "statements change by", align: "right" } as const] : []),
      { title: "" },
    ],
    rows,
  );
}

function printRefused(refused: readonly RefusedFact[]): string {
  const rows = refused.map(({ ref, refused: code, detail }) => {
    const more = Object.values(detail).join(" ");
    return [ref, code, more === "" ? REFUSALS[code][1] : `${REFUSALS[code][1]} (${more})`];
  });
  return printTable([{ title: "event" }, { title: "refused" }, { title: "" }], rows);
}
