import { escapeUnprintable } from "@counterpart/domain/catalogue/problems.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { Command, Option } from "commander";
import type { Database } from "../../platform/database.ts";
import { type Column, printTable } from "../../platform/print-table.ts";
import { type HandOverTally, handOverSessions } from "../../sessions/hand-over-sessions.ts";
import { loadSession } from "../../sessions/load-session.ts";
import { printSession } from "../../sessions/print-session.ts";
import { sessionKey } from "../../sessions/read-session-record.ts";
import { SESSION_STATES, type SessionState } from "../../sessions/session-columns.repo.ts";
import { listSessions, type SessionView } from "../../sessions/session-views.repo.ts";
import { sessionName } from "../../sessions/session-wire.ts";
import { askToExpire } from "../../sessions/sessions.repo.ts";
import { print, printJson, readWhole, withDatabase } from "../command-context.ts";
import { now, openIngest } from "../open-counterpart.ts";

interface ListOptions {
  readonly state: SessionState;
  readonly source?: string;
  readonly limit: string;
  readonly json?: boolean;
}

interface OneOptions {
  readonly leg?: string;
  readonly json?: boolean;
}

export function sessionsCommand(): Command {
  return new Command("sessions")
    .summary("calls that are told of while they last: list, show, expire, settle")
    .description(
      "A session is what start, interim and stop records say of one leg of a call. " +
        "When it has ended it becomes one event and is charged like any other; " +
        "`serve` sees to that.",
    )
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(showCommand())
    .addCommand(expireCommand())
    .addCommand(settleCommand());
}

function listCommand(): Command {
  const states = Object.keys(SESSION_STATES);
  return new Command("list")
    .summary("sessions in a state")
    .addOption(new Option("--state <state>", "those in this state").choices(states).default("open"))
    .option("--source <name>", "only of this source")
    .option("--limit <n>", "at most so many", "50")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nStates:\n" +
        "  open                its stop has not come\n" +
        "  stopped             ended and charged\n" +
        "  expired             its stop never came; charged, as an estimate, for what was known\n" +
        "  superseded-pending  its records say otherwise than its charge; the correction was refused\n" +
        "  conflicting         another event of its id was charged, such as its call record\n" +
        "  refused             it cannot be an event; `show` says why\n" +
        "\nExample:\n  counterpart sessions list --state superseded-pending",
    )
    .action(async ({ state, source, limit, json = false }: ListOptions) => {
      await withDatabase(async ({ database }) => {
        const filter = { state, source, limit: readWhole(limit) };
        const found = await listSessions(database.pool("reader"), filter);
        if (json) return printJson(found.map(({ sourceHandle: _, ...session }) => session));
        if (found.length === 0) return print(`No session is ${state}.`);
        print(printTable(COLUMNS, found.map(toRow)));
      });
    });
}

const COLUMNS: readonly Column[] = [
  { title: "source" },
  { title: "session" },
  { title: "first record" },
  { title: "newest record" },
  { title: "records", align: "right" },
  { title: "usage s", align: "right" },
  { title: "known s", align: "right" },
  { title: "outcome" },
];

function toRow(session: SessionView): string[] {
  const { event, knownUsageSeconds, expiry } = session;
  return [
    session.source,
    escapeUnprintable(sessionName(session)),
    session.openedAt,
    session.heardAt,
    String(session.recordCount),
    event?.usageSeconds ?? "",
    knownUsageSeconds ?? "",
    [expiry, event?.outcome, event?.code].filter((word) => word != null).join(", "),
  ];
}

function showCommand(): Command {
  return new Command("show")
    .summary("one session with its records")
    .argument("<source>", "its source")
    .argument("<session>", "its sessionId")
    .option("--leg <leg>", "its leg, when its records name one")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart sessions show voice-switch 6c3a9a2e --leg b")
    .action(async (source: string, sessionId: string, { leg = "", json = false }: OneOptions) => {
      await withDatabase(async ({ database }) => {
        const key = sessionKey(source, sessionId, leg);
        const session = await loadSession(database.pool("reader"), key);
        if (json) printJson(session);
        else print(printSession(session));
      });
    });
}

function expireCommand(): Command {
  return new Command("expire")
    .summary("take an open session for ended, and charge what it is known to have used")
    .argument("<source>", "its source")
    .argument("<session>", "its sessionId")
    .option("--leg <leg>", "its leg, when its records name one")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nThe charge is an estimate. When the stop comes after all and says otherwise, the event is\n" +
        "corrected.\n" +
        "\nExample:\n  counterpart sessions expire voice-switch 6c3a9a2e",
    )
    .action(async (source: string, sessionId: string, { leg = "", json = false }: OneOptions) => {
      await withDatabase(async ({ database }) => {
        const key = sessionKey(source, sessionId, leg);
        await loadSession(database.pool("reader"), key);
        const asked = await askToExpire(database.pool("writer"), key, now());
        if (!asked) throw new Refusal("session.not-open", { source, session: sessionId });
        await settle(database);
        const session = await loadSession(database.pool("reader"), key);
        if (json) printJson(session);
        else print(printSession(session));
      });
    });
}

function settleCommand(): Command {
  return new Command("settle")
    .summary("charge what has ended by now, as `serve` does all the time")
    .description("For those who run no server: after an import, or before a month is closed.")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart sessions settle && counterpart close 2026-10")
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      await withDatabase(async ({ database }) => {
        const tally = await settle(database);
        if (json) return printJson(tally);
        const told = Object.entries(tally).filter(([, count]) => count > 0);
        if (told.length === 0) return print("No session was due.");
        print(
          printTable(
            [{ title: "sessions", align: "right" }, { title: "became" }],
            told.map(([state, count]) => [String(count), state]),
          ),
        );
      });
    });
}

async function settle(database: Database): Promise<HandOverTally> {
  const { keeper, ingest } = await openIngest(database, { bulkWriters: 1 });
  try {
    return await handOverSessions({ database, keeper, ingest, now });
  } finally {
    await ingest.close();
  }
}
