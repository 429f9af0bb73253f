/** The server's log: JSON lines without secrets, bodies, URLs or whole telephone numbers. */
import { type DestinationStream, type Logger, pino } from "pino";

export function serverLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { pid: process.pid },
    redact: ["req.headers", "headers", "authorization", "key.text"],
    serializers: {
      err: errorToLog,
      req: ({ method, id }: { readonly method?: string; readonly id?: string }) => ({ method, id }),
      res: ({ statusCode }: { readonly statusCode?: number }) => ({ status: statusCode }),
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** A database's errors also carry rows and parameters: only what names the fault is kept. */
function errorToLog(error: unknown): object {
  if (!(error instanceof Error)) return { message: maskNumbers(String(error)) };
  const { code } = error as { readonly code?: unknown };
  return {
    type: error.name,
    code: typeof code === "string" ? code : undefined,
    message: maskNumbers(error.message),
    stack: maskNumbers(error.stack ?? ""),
    cause: error.cause === undefined ? undefined : errorToLog(error.cause),
  };
}

/** Keeps the first four digits of what may be a telephone number. */
export function maskNumbers(text: string): string {
  return text.replace(/(\d{4})\d{3,}/g, "$1…");
}
