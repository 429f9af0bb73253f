import { Command } from "commander";
import { applyCommand } from "./commands/apply.command.ts";
import { backfillCommand } from "./commands/backfill.command.ts";
import { closeCommand } from "./commands/close.command.ts";
import { deckCommand } from "./commands/deck.command.ts";
import { demoCommand } from "./commands/demo.command.ts";
import { eventCommand } from "./commands/event.command.ts";
import { explainCommand } from "./commands/explain.command.ts";
import { importCommand } from "./commands/import.command.ts";
import { keysCommand } from "./commands/keys.command.ts";
import { meterCommand } from "./commands/meter.command.ts";
import { planCommand } from "./commands/plan.command.ts";
import { quarantineCommand } from "./commands/quarantine.command.ts";
import { quoteCommand } from "./commands/quote.command.ts";
import { reportCommands } from "./commands/report.commands.ts";
import { rerateCommand, reratingsCommand } from "./commands/rerate.command.ts";
import { serveCommand } from "./commands/serve.command.ts";
import { sessionsCommand } from "./commands/sessions.command.ts";
import { statementsCommand } from "./commands/statements.command.ts";

/** The command line: all commands, none run. */
export function counterpartCommand(): Command {
  const program = new Command("counterpart")
    .description(
      "Usage metering and partner billing for CPaaS providers.\n\n" +
        "Results go to stdout, progress and messages to stderr. The database is the one that " +
        "DATABASE_URL names, or an embedded PostgreSQL in COUNTERPART_DATA (default .counterpart).",
    )
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 refused (a code says why), 4 no event came\n" +
        "of an import, 130 stopped by Ctrl-C.\n" +
        "Start with `counterpart demo`, or `counterpart apply DIR` and `counterpart serve`.",
    )
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false });

  program.addCommand(demoCommand());
  program.addCommand(serveCommand());
  program.addCommand(applyCommand());
  program.addCommand(importCommand());
  program.addCommand(deckCommand());
  program.addCommand(closeCommand());
  program.addCommand(statementsCommand());
  program.addCommand(explainCommand());
  program.addCommand(eventCommand());
  program.addCommand(backfillCommand());
  program.addCommand(rerateCommand());
  program.addCommand(reratingsCommand());
  program.addCommand(quoteCommand());
  program.addCommand(planCommand());
  for (const command of reportCommands()) program.addCommand(command);
  program.addCommand(meterCommand());
  program.addCommand(quarantineCommand());
  program.addCommand(sessionsCommand());
  program.addCommand(keysCommand());
  return program;
}
