import { Command, InvalidArgumentError } from "commander";
import { STOP_MS_MAX } from "../../http/limits.ts";
import { serverLog } from "../../http/server-log.ts";
import { EXIT, print, say, withDatabase } from "../command-context.ts";
import { type RunningServer, startServer } from "../serve.ts";

interface ServeCommandOptions {
  readonly port: number;
  readonly host: string;
  readonly allowRemote?: boolean;
  readonly closeDue?: boolean;
  readonly logLevel: string;
}

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"];

export function serveCommand(): Command {
  return new Command("serve")
    .summary("run the HTTP API")
    .description(
      "Runs the HTTP API until it is told to stop (SIGTERM or Ctrl-C): it then takes nothing new, " +
        "finishes what is under way and commits it, for at most 30 seconds. The log goes to stderr.",
    )
    .option("--port <port>", "port to listen at; 0 for any that is free", readPort, 8787)
    .option("--host <host>", "address to listen at", "127.0.0.1")
    .option("--allow-remote", "let the host be one that other machines reach")
    .option("--close-due", "close each month as soon as it is due")
    .option("--log-level <level>", LOG_LEVELS.join(", "), readLogLevel, "info")
    .addHelpText("after", "\nExample:\n  counterpart serve --port 8787")
    .action(async (options: ServeCommandOptions) => {
      await withDatabase(async ({ database }) => {
        const { logLevel, ...where } = options;
        const logger = serverLog(logLevel, process.stderr);
        const server = await startServer({ database, ...where, logger });
        if (options.allowRemote === true) {
          say("Other machines may reach this server: put TLS in front of it.");
        }
        print(server.address);
        say("Make a key with: counterpart keys create --name NAME --scope events:write");
        await closeWhenTold(server);
      });
    });
}

/** Serves until SIGTERM or Ctrl-C, and then stops in order. */
export async function closeWhenTold(server: RunningServer): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
  });
  say("Stopping.");
  // Whatever hangs: an operator who waits for the process must not wait for ever.
  setTimeout(() => process.exit(EXIT.failed), STOP_MS_MAX).unref();
  await server.close();
}

export function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  }
  return port;
}

function readLogLevel(text: string): string {
  if (!LOG_LEVELS.includes(text))
    throw new InvalidArgumentError(`One of ${LOG_LEVELS.join(", ")}.`);
  return text;
}
