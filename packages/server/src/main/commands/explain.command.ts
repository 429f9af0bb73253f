import { Command, Option } from "commander";
import { explain } from "../../explain/explain.ts";
import { type LineEvent, listLineEvents } from "../../explain/list-line-events.ts";
import { RENDERINGS, type Rendering, renderExplanation } from "../../explain/render-explanation.ts";
import type { Db } from "../../platform/database.ts";
import { printTable } from "../../platform/print-table.ts";
import { showQuantity } from "../../statements/show-quantity.ts";
import { print, printJson, say, withDatabase } from "../command-context.ts";

interface ExplainOptions {
  readonly as: Rendering;
  readonly events?: boolean;
  readonly json?: boolean;
}

export function explainCommand(): Command {
  return new Command("explain")
    .summary("show how an amount came about, down to the single event")
    .description(
      "Shows the recorded derivation of a figure; nothing is computed again. REF is an event " +
        "(its source and id, or its key), one of its charges (#2), a statement, or a line of it " +
        "(/3). An event is shown as it stands, with all that was stated about it since it came: " +
        "voids, corrections, re-ratings. Of one in quarantine it says why it waits and what cures " +
        "that. Personal numbers are not shown, only the prefix that gave the rate.",
    )
    .argument("<ref>", "what to explain")
    .addOption(
      new Option("--as <rendering>", "how much to show").choices(RENDERINGS).default("trace"),
    )
    .option("--events", "list the events behind a statement line instead")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  counterpart explain gateway/call-000017 --as sentence\n" +
        "  counterpart explain gateway/call-000017 --as table\n" +
        "  counterpart explain gateway/call-000017#2\n" +
        "  counterpart explain stm_2026-10_acme --as table\n" +
        "  counterpart explain stm_2026-10_acme/3\n" +
        "  counterpart explain stm_2026-10_acme/3 --events --json",
    )
    .action(async (ref: string, { as, events = false, json = false }: ExplainOptions) => {
      await withDatabase(async ({ database }) => {
        const db = database.pool("reader");
        if (events) return await printEvents(db, ref, json);
        const explanation = await explain(db, ref);
        if (json) printJson(explanation);
        else print(renderExplanation(explanation, as));
      });
    });
}

const PAGE = 1_000;

/** Page by page, so that a line of any length can be listed: with --json one object a line. */
async function printEvents(db: Db, ref: string, json: boolean): Promise<void> {
  let after: string | undefined;
  let listed = 0;
  do {
    const { data, nextCursor } = await listLineEvents(db, ref, { after, limit: PAGE });
    if (json) for (const event of data) print(JSON.stringify(event));
    else if (data.length > 0) print(printEventTable(data));
    listed += data.length;
    after = nextCursor ?? undefined;
  } while (after !== undefined);
  say(listed === 1 ? "1 charge listed." : `${listed} charges listed.`);
}

function printEventTable(events: readonly LineEvent[]): string {
  return printTable(
    [
      { title: "day" },
      { title: "account" },
      { title: "event" },
      { title: "billed", align: "right" },
      { title: "amount", align: "right" },
      { title: "stated before" },
      { title: "fact", align: "right" },
      { title: "charge" },
    ],
    events.map((event) => [
      event.day,
      event.account,
      `${event.source}/${event.id}`,
      showQuantity({ quantity: event.billed, unit: event.unit }),
      event.amount ?? "at close",
      event.statedBefore ? "yes" : "no",
      event.fact === null ? "" : `${event.fact}`,
      event.charge,
    ]),
  );
}
