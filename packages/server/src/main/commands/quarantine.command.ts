import { Command, Option } from "commander";
import { openBookKeeper } from "../../catalogue/book-keeper.ts";
import { printTable } from "../../platform/print-table.ts";
import { group } from "../../platform/progress.ts";
import { checkReason } from "../../quarantine/check-reason.ts";
import { countQuarantined, listQuarantined } from "../../quarantine/quarantine.repo.ts";
import { print, printJson, readWhole, withDatabase } from "../command-context.ts";
import { withStop } from "../long-work.ts";
import { runReplay, stoppedReplay } from "../run-replay.ts";
import { Stopped, sameCommand } from "../stopped.ts";

interface ListOptions {
  readonly code?: string;
  readonly source?: string;
  readonly state?: "pending" | "conflicting" | "superseded" | "released";
  readonly limit: string;
  readonly json?: boolean;
}

interface ReplayOptions {
  readonly code?: string[];
  readonly json?: boolean;
}

export function quarantineCommand(): Command {
  const command = new Command("quarantine")
    .summary("events that are kept but not priced: group, list, replay")
    .description(
      "Events that could not be priced wait here with the reason. Fix the cause (an alias, a rate, an " +
        "agreement), apply the catalogue and replay: each is then charged once.",
    );
  command
    .command("summary", { isDefault: true })
    .description("how many wait, by reason, with examples")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart quarantine summary")
    .action(async ({ json = false }: { json?: boolean }) => {
      await withDatabase(async ({ database }) => {
        const reasons = await countQuarantined(database.pool("reader"));
        if (json) return printJson(reasons);
        if (reasons.length === 0) return print("Nothing is quarantined.");
        print(
          printTable(
            [{ title: "events", align: "right" }, { title: "reason" }, { title: "for example" }],
            reasons.map(({ code, count, samples }) => [group(count), code, samples.join(", ")]),
          ),
        );
      });
    });
  command
    .command("list")
    .description("the events themselves")
    .option("--code <code>", "only this reason, such as event.account-unknown")
    .option("--source <name>", "only of this source")
    .addOption(
      new Option("--state <state>", "those in this state")
        .choices(["pending", "conflicting", "superseded", "released"])
        .default("pending"),
    )
    .option("--limit <n>", "at most so many", "50")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  counterpart quarantine list --code rating.no-rate --source voice-switch",
    )
    .action(async ({ limit, json = false, ...filter }: ListOptions) => {
      if (filter.code !== undefined) checkReason(filter.code);
      await withDatabase(async ({ database }) => {
        const db = database.pool("reader");
        const events = await listQuarantined(db, { ...filter, limit: readWhole(limit) });
        if (json) return printJson(events);
        print(
          printTable(
            [
              { title: "source" },
              { title: "id" },
              { title: "time" },
              { title: "reason" },
              { title: "detail" },
            ],
            events.map(({ source, id, time, code, detail }) => [source, id, time, code, detail]),
          ),
        );
      });
    });
  command
    .command("replay")
    .description("try the waiting events again with the catalogue in force")
    .option("--code <code...>", "only these reasons")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  counterpart quarantine replay --code event.account-unknown",
    )
    .action(async ({ code, json = false }: ReplayOptions) => {
      code?.forEach(checkReason);
      await withDatabase(async ({ database }) => {
        const keeper = await openBookKeeper(database);
        const waiting = await countQuarantined(database.pool("reader"));
        const asked = waiting.filter((reason) => code?.includes(reason.code) ?? true);
        const total = asked.reduce((sum, { count }) => sum + count, 0);
        const result = await withStop((stop) =>
          runReplay(stop, database, keeper, { codes: code ?? null, total }),
        );
        if (json) printJson(result);
        else print(`${group(result.released)} of ${group(result.tried)} events were released.`);
        if (result.isStopped) {
          throw new Stopped(`Stopped: ${stoppedReplay(result, total, sameCommand())}`);
        }
      });
    });
  return command;
}
