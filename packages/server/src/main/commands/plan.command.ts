import { Command } from "commander";
import { openBookKeeper } from "../../catalogue/book-keeper.ts";
import { printTable } from "../../platform/print-table.ts";
import { describePlan, type PlanInWords } from "../../quotes/describe-plan.ts";
import { print, printJson, withDatabase } from "../command-context.ts";
import { now } from "../open-counterpart.ts";

interface DescribeOptions {
  readonly currency?: string;
  readonly public?: boolean;
  readonly json?: boolean;
}

export function planCommand(): Command {
  const plan = new Command("plan").summary("plans in plain English");
  plan.addCommand(listCommand(), { isDefault: true });
  plan.addCommand(describeCommand());
  return plan;
}

function listCommand(): Command {
  return new Command("list")
    .summary("the plans of the catalogue in force")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart plan list")
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      await withDatabase(async ({ database }) => {
        const { plans } = (await openBookKeeper(database)).catalogue();
        const rows = Object.entries(plans).map(
          ([id, { title = id, public: open = false, terms }]) => {
            return { plan: id, title, public: open, terms: terms.length };
          },
        );
        if (json) return printJson(rows);
        print(
          printTable(
            [
              { title: "plan" },
              { title: "title" },
              { title: "terms", align: "right" },
              { title: "public" },
            ],
            rows.map((row) => [row.plan, row.title, `${row.terms}`, row.public ? "yes" : "no"]),
          ),
        );
      });
    });
}

function describeCommand(): Command {
  return new Command("describe")
    .summary("state a plan in plain English")
    .argument("<plan>", "a plan of the catalogue in force")
    .option("--currency <code>", "for a plan that is sold in several, or in none yet")
    .option("--public", "what the public is told: list prices only")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart plan describe standard-eur")
    .action(async (plan: string, { currency, public: open = false, json }: DescribeOptions) => {
      await withDatabase(async ({ database }) => {
        const described = await describePlan(
          database.pool("reader"),
          await openBookKeeper(database),
          { plan, currency, audience: open ? "public" : "provider", now: now() },
        );
        if (json === true) printJson(described);
        else print(renderPlan(described));
      });
    });
}

export function renderPlan({ plan, title, currency, terms }: PlanInWords): string {
  const lines = terms.map(({ sentence }) => `- ${sentence}`);
  return [`${title} (${plan}, ${currency})`, "", ...lines].join("\n");
}
