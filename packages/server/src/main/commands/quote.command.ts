import { readFile } from "node:fs/promises";
import type { Instant } from "@counterpart/domain/instant.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { Command, Option } from "commander";
import { parse as parseYaml } from "yaml";
import type { z } from "zod";
import { openBookKeeper } from "../../catalogue/book-keeper.ts";
import { locateProblem, NOWHERE } from "../../catalogue/locate-problem.ts";
import { priceSchema } from "../../catalogue/price-schema.ts";
import { problemsOfIssues } from "../../catalogue/schema-problems.ts";
import { schemaChecks } from "../../events/schema-checks.ts";
import { RENDERINGS, type Rendering } from "../../explain/render-explanation.ts";
import { findInput, readInputFile } from "../../imports/read-input.ts";
import { splitLines } from "../../imports/split-lines.ts";
import { unreadable } from "../../platform/file-trouble.ts";
import { progressBar } from "../../platform/progress.ts";
import { askedDeckSchema, type DeckInQuestion } from "../../quotes/asked-deck.ts";
import { type QuoteQuestion, quoteEvent, timeOfQuestion } from "../../quotes/quote-event.ts";
import { type FileQuote, quoteFile } from "../../quotes/quote-file.ts";
import { type QuotedBook, resolveQuoteTarget } from "../../quotes/quote-target.ts";
import { renderFileQuote, renderQuote } from "../../quotes/render-quote.ts";
import { print, printJson, readWhole, withDatabase } from "../command-context.ts";
import { now } from "../open-counterpart.ts";

interface QuoteOptions {
  readonly account?: string;
  readonly agreement?: string;
  readonly plan?: string;
  readonly price?: string;
  readonly deck?: string;
  readonly on?: string;
  readonly currency?: string;
  readonly since?: string;
  readonly event?: string;
  readonly quantity?: string;
  readonly unit?: string;
  readonly events?: string;
  readonly type?: string;
  readonly time?: string;
  readonly balance?: string;
  readonly field: string[];
  readonly fees: boolean;
  readonly as?: Rendering;
  readonly json?: boolean;
}

export function quoteCommand(): Command {
  return new Command("quote")
    .summary("what usage would cost: an event, a quantity or a whole file")
    .description(
      "Prices usage that has not happened, by the code that bills, and shows how each amount came " +
        "about. Against an account's agreements, one agreement, a plan, or a price of your own. Of a " +
        "file (CloudEvents, or objects with type and data, one a line; may be gzipped) it shows what " +
        "each party's month would come to, and why events have no price. Nothing is stored.",
    )
    .argument("[file]", "NDJSON with the events to price")
    .option("--account <name>", "against the agreements of this account: every party's charge")
    .option("--agreement <name>", "against this agreement alone (with --account if it is for all)")
    .option("--plan <name>", "against this plan, as for a new customer")
    .option("--price <yaml>", "against this price, written as in a catalogue; with --currency")
    .option("--deck <yaml>", "the deck that --price names, with its rows as csv or file")
    .option("--on <type>", "event type that --price is for")
    .option("--currency <code>", "currency of --price, or of a plan that has none")
    .option("--since <date>", "when an agreement would begin (default: with the month)")
    .option("--event <json>", "the event: a CloudEvent, or type and data")
    .option("--balance <amount>", "how long the call of --event may last for so much")
    .option("--quantity <number>", "a quantity instead, in one event; with --unit")
    .option("--unit <name>", "what --quantity counts, such as minute or segment")
    .option("--events <number>", "how many events --quantity comes in, where each has a fee")
    .option("--type <name>", "event type of --quantity, if several count the unit")
    .option("--time <time>", "when, as RFC 3339 (default: now)")
    .option("--field <name=value...>", "fields and dimensions of --quantity", [])
    .option("--no-fees", "of a file: leave out the fixed fees of each month")
    .addOption(new Option("--as <rendering>", "how much to show").choices(RENDERINGS))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  counterpart quote --plan standard-eur --quantity 1000 --unit segment \\\n" +
        "    --type sms.message --field direction=outbound mcc=262 mnc=01\n" +
        "  counterpart quote --account acme-main --as trace \\\n" +
        '    --event \'{"type":"voice.call","data":{"direction":"outbound","from":"+31201234567",\n' +
        '      "to":"+4930123456","status":"answered","durationSeconds":61,"carrier":"atlas"}}\'\n' +
        "  counterpart quote --plan standard-eur --balance 5.00 \\\n" +
        '    --event \'{"type":"voice.call","data":{"direction":"outbound","from":"+31201234567",\n' +
        '      "to":"+4930123456"}}\'\n' +
        "  counterpart quote --price '{model: perUnit, rate: \"0.0079\", per: segment}' \\\n" +
        "    --currency EUR --quantity 12 --unit segment\n" +
        "  counterpart quote --price '{model: deck, deck: offer}' \\\n" +
        "    --deck '{key: prefix, currency: EUR, per: minute, file: offer.csv}' \\\n" +
        '    --event \'{"type":"voice.call","data":{"direction":"outbound","from":"+31201234567",\n' +
        '      "to":"+4930123456","status":"answered","durationSeconds":61}}\'\n' +
        "  counterpart quote october.ndjson.gz --plan premium-eur",
    )
    .action(async (file: string | undefined, options: QuoteOptions) => {
      await withDatabase(async ({ database }) => {
        const keeper = await openBookKeeper(database);
        const { account, agreement, plan, on, currency, since, json = false } = options;
        const price = options.price === undefined ? undefined : readPrice(options.price);
        const deck = options.deck === undefined ? undefined : await readDeck(options.deck);
        const target = { account, agreement, plan, price, deck, on, currency, since };
        const quotedAt = (at: Instant) => resolveQuoteTarget(keeper, target, at);
        if (file !== undefined) {
          const quote = await quotePath(quotedAt, file, options);
          if (json) printJson(quote);
          else print(renderFileQuote(quote));
          return;
        }
        const db = database.pool("reader");
        const question = readQuestion(options);
        const quoted = quotedAt(timeOfQuestion(question, now()));
        const quote = await quoteEvent(db, quoted, schemaChecks(), question, now());
        if (json) printJson(quote);
        else print(renderQuote(quote, options.as ?? "table"));
      });
    });
}

async function quotePath(
  quotedAt: (at: Instant) => QuotedBook,
  path: string,
  { fees }: QuoteOptions,
): Promise<FileQuote> {
  const input = await findInput(path);
  const bar = progressBar({ label: path, total: null, unit: "events" });
  const lines = async function* () {
    for (const file of input.files) yield* splitLines(readInputFile(file, () => {}));
  };
  const checks = schemaChecks();
  const options = { checks, now: now(), fees, onProgress: bar.update };
  const quote = await quoteFile(quotedAt, lines(), options);
  bar.finish();
  return quote;
}

/** Refuses `quote.price-invalid`. */
function readPrice(text: string): z.output<typeof priceSchema> {
  return checked(priceSchema, readYamlOption(text));
}

/** Its rows may stand in a file. Refuses `quote.price-invalid`. */
async function readDeck(text: string): Promise<DeckInQuestion> {
  const { file, ...deck } = Object(readYamlOption(text));
  if (typeof file !== "string") return checked(askedDeckSchema, deck);
  const csv = await readFile(file, "utf8").catch((error: unknown) => {
    throw unreadable(file, error);
  });
  return checked(askedDeckSchema, { ...deck, csv });
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const problems = problemsOfIssues(parsed.error.issues);
  throw new Refusal("quote.price-invalid", {
    problems: problems.map((one) => locateProblem(one, () => NOWHERE)),
  });
}

function readYamlOption(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    return null;
  }
}

function readQuestion(options: QuoteOptions): QuoteQuestion {
  const { event, quantity, unit, events, type, time, field, balance } = options;
  if (event !== undefined && quantity === undefined) {
    const read = readYamlOption(event);
    if (typeof read !== "object" || read === null || Array.isArray(read)) {
      throw new Refusal("event.unreadable");
    }
    return { event: { ...(time === undefined ? {} : { time }), ...read }, balance };
  }
  if (event !== undefined || quantity === undefined) throw new Refusal("quote.question-unclear");
  if (balance !== undefined) throw new Refusal("quote.balance-without-call");
  if (unit === undefined) throw new Refusal("quote.unit-missing");
  const counted = events === undefined ? undefined : readWhole(events);
  const fields = Object.fromEntries(field.map(pair));
  return { quantity: { type, quantity, unit, events: counted, time, fields } };
}

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new Refusal("usage.filter-malformed", { value: text.slice(0, 80) });
  return [text.slice(0, at), text.slice(at + 1)];
}
