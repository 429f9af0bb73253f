/** What backfills hold, would do and have done, as tables for the terminal. */
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import { REFUSALS, type RefusalCode } from "@counterpart/domain/refusals.ts";
import { printEffects } from "../facts/print-facts.ts";
import { printTable } from "../platform/print-table.ts";
import { group } from "../platform/progress.ts";
import { STATES } from "./backfill-wire.ts";
import type { BackfillRow } from "./backfills.repo.ts";
import type { BackfillPreview, BackfillReport, Fate } from "./show-backfill.ts";

export function printBackfills(rows: readonly BackfillRow[]): string {
  return printTable(
    [
      { title: "backfill" },
      { title: "state" },
      { title: "opened" },
      { title: "by" },
      { title: "ended" },
      { title: "reason" },
    ],
    rows.map((row) => [
      row.name,
      STATES[row.state],
      formatInstant(Number(row.opened_at) as Instant),
      row.opened_by,
      row.ended_at === null ? "" : formatInstant(Number(row.ended_at) as Instant),
      row.reason,
    ]),
  );
}

export function printPreview({ outcomes, effects }: BackfillPreview): string {
  const parts = outcomes.length === 0 ? [] : [printFates("would be", outcomes)];
  if (effects.length > 0) parts.push(printEffects(effects));
  parts.push(
    parts.length === 0 ? "It holds nothing." : "Nothing of it counts before it is closed.",
  );
  return parts.join("\n\n");
}

export function printReport({
  row,
  items,
  pending,
  outcomes,
  effects,
  undone,
  undoneEffects,
}: BackfillReport): string {
  const parts = [printBackfills([row])];
  if (outcomes.length > 0) parts.push(printFates("became", outcomes));
  if (effects.length > 0) parts.push(printEffects(effects));
  if (undone.length > 0) parts.push(`Reverted:\n\n${printFates("became", undone)}`);
  if (undoneEffects.length > 0) parts.push(printEffects(undoneEffects));
  if (items > 0) parts.push(`${countOf(items)}, ${group(pending)} of them not done yet.`);
  return parts.join("\n\n");
}

export function countOf(items: number): string {
  return items === 1 ? "1 item" : `${group(items)} items`;
}

function printFates(title: string, fates: readonly Fate<string>[]): string {
  const rows = fates.map(({ outcome, code, count, example }) => {
    const known = code !== null && code in REFUSALS;
    const sentence = known ? REFUSALS[code as RefusalCode][1] : "";
    return [group(count), outcome, code ?? "", example, sentence];
  });
  return printTable(
    [
      { title: "items", align: "right" },
      { title },
      { title: "reason" },
      { title: "for example" },
      { title: "" },
    ],
    rows,
  );
}
