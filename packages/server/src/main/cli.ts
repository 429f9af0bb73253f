import { type Command, CommanderError } from "commander";
import { EXIT, runProgram } from "./command-context.ts";
import { counterpartCommand } from "./counterpart-command.ts";

const program = counterpartCommand();

/** Commander ends with 1 for wrong usage; the help says 2. What it says is printed already. */
function exitDocumented(command: Command): void {
  command.exitOverride();
  for (const sub of command.commands) exitDocumented(sub);
}
exitDocumented(program);

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.done);
});

await runProgram(async () => {
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
});
