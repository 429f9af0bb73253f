/** An embedded PostgreSQL that is there again when it has died, for as long as a command runs. */
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "@counterpart/domain/refusals.ts";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "./embedded-postgres.ts";

export type KeptPostgres = {
  /** The server in use, or the last one while there is none. The next one has another address. */
  readonly current: () => EmbeddedPostgres;
  /** Leaves it to the others who use it; the last one waits until it has ended. */
  readonly stop: () => Promise<void>;
};

export type KeepPostgresOptions = EmbeddedPostgresOptions & {
  /** Told the address of each server after the first, as soon as it takes connections. */
  readonly onMoved: (url: string) => void;
};

const LOOK_EVERY_MS = 250;
const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 60_000;
/** A server that has run for so long is started again at once. */
const STEADY_MS = 60_000;

/**
 * Starts or joins the server as `startEmbeddedPostgres` does, and looks whether it still runs. One that has
 * ended, killed or stopped by somebody, is started again, or joined where another process of Counterpart
 * was first: at once, then after pauses that double from a second to a minute.
 */
export async function keepPostgres(options: KeepPostgresOptions): Promise<KeptPostgres> {
  const { onMoved, log = () => {} } = options;
  let server = await startEmbeddedPostgres(options);
  let startedAt = performance.now();
  let attempts = 0;
  const leaving = new AbortController();

  const startAgain = async (): Promise<void> => {
    const ended = server;
    server = await ended.again();
    startedAt = performance.now();
    onMoved(server.url);
    await ended.stop(); // what was held for it: its pipe, its socket
    const by = server.startedHere ? "" : ", started by another process of Counterpart";
    log(`PostgreSQL runs again${by}`);
  };
  const look = async (): Promise<void> => {
    if (await server.isRunning()) {
      if (performance.now() - startedAt > STEADY_MS) attempts = 0;
      return;
    }
    const pauseMs = pauseBefore(attempts++);
    const when = pauseMs === 0 ? "now" : `in ${pauseMs / 1_000} s`;
    log(`PostgreSQL (process ${server.pid}) has ended: starting it again ${when}`);
    if (await paused(pauseMs, leaving.signal)) await startAgain();
  };
  const watch = async (): Promise<void> => {
    while (await paused(LOOK_EVERY_MS, leaving.signal)) {
      await look().catch((error: unknown) => log(`PostgreSQL: ${reasonOf(error)}`));
    }
  };
  const watching = watch();
  return {
    current: () => server,
    async stop() {
      leaving.abort();
      await watching;
      await server.stop();
    },
  };
}

function pauseBefore(attempts: number): number {
  return attempts === 0 ? 0 : Math.min(PAUSE_MS_MIN * 2 ** (attempts - 1), PAUSE_MS_MAX);
}

/** False when it was cut short. Does not keep the process. */
async function paused(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(milliseconds, true, { signal, ref: false }).catch(() => false);
}

function reasonOf(error: unknown): string {
  if (error instanceof Refusal) return `${error.code} ${JSON.stringify(error.detail)}`;
  return error instanceof Error ? error.message : String(error);
}
