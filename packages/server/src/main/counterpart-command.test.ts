import type { Command } from "commander";
import { expect, test } from "vitest";
import { counterpartCommand } from "./counterpart-command.ts";

interface Leaf {
  /** As it is typed: `deck list`. */
  readonly name: string;
  readonly command: Command;
}

/** What does something; a group only leads to its commands. */
function leavesOf(command: Command, above: readonly string[]): Leaf[] {
  return command.commands.flatMap((sub) => {
    const names = [...above, sub.name()];
    return sub.commands.length > 0
      ? leavesOf(sub, names)
      : [{ name: names.join(" "), command: sub }];
  });
}

function helpOf(command: Command): string {
  let help = "";
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}

const LEAVES = leavesOf(counterpartCommand(), []);

test("there are commands", () => expect(LEAVES.length).toBeGreaterThan(40));

test.each(LEAVES)("$name --help has an example, of this command", ({ name, command }) => {
  const [, examples = ""] = helpOf(command).split(/\nExamples?:\n/);
  // `npm run demo` is how the repository runs it.
  const typed = name === "demo" ? "npm run demo" : `counterpart ${name}`;
  expect(examples).toContain(`  ${typed}`);
});

/** They serve until they are stopped, and have no result. */
const WITHOUT_RESULT = ["demo", "serve"];

test.each(LEAVES)("$name takes --json if it has a result", ({ name, command }) => {
  const takesJson = command.options.some(({ long }) => long === "--json");
  expect(takesJson).toBe(!WITHOUT_RESULT.includes(name));
});
