/** Starts the HTTP server and stops it in order. */

import { setMaxListeners } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Instant } from "@counterpart/domain/instant.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import type { Logger } from "pino";
import type { Ingest } from "../events/ingest.ts";
import { buildServer } from "../http/build-server.ts";
import {
  RATE_LIMITS,
  type RequestsPerMinute,
  STOP_MS_MAX,
  TIME_LIMITS,
  type TimeLimits,
} from "../http/limits.ts";
import { makeMetrics } from "../http/metrics.ts";
import { serverLog } from "../http/server-log.ts";
import { lazyIngest, type ServerParts } from "../http/server-parts.ts";
import { openKeyring } from "../keys/keyring.ts";
import type { Database } from "../platform/database.ts";
import { type Clerk, startClerk } from "./clerk.ts";
import { type OpenIngestOptions, openIngest, now as systemNow } from "./open-counterpart.ts";

export interface ServeOptions extends OpenIngestOptions {
  /** Migrated. The caller closes it, after the server. */
  readonly database: Database;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0, which is the default: any that is free. */
  readonly port?: number;
  /** Lets the host be one that other machines reach. */
  readonly allowRemote?: boolean;
  /** Close months that are due, hour by hour. Default false. */
  readonly closeDue?: boolean;
  readonly logger?: Logger;
  /** Of one key. */
  readonly requestsPerMinute?: RequestsPerMinute;
  /** Others than usual, as tests need them. */
  readonly timeLimits?: Partial<TimeLimits>;
  /** Check answers against their schemas, as tests do. */
  readonly checkAnswers?: boolean;
}

export interface RunningServer {
  /** Such as `http://127.0.0.1:8787`. */
  readonly address: string;
  /**
   * Takes nothing new, finishes what is under way, commits what was handed in. After 30 seconds it cuts
   * what is still connected. Can be called twice.
   */
  close(): Promise<void>;
}

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/** What the operating system says of an address that cannot be listened at. */
const LISTEN_REFUSALS: Readonly<Record<string, RefusalCode>> = {
  EADDRINUSE: "server.port-in-use",
  EACCES: "server.port-not-permitted",
  EADDRNOTAVAIL: "server.host-not-ours",
  EAFNOSUPPORT: "server.host-not-ours",
  ENOTFOUND: "server.host-not-ours",
  EAI_AGAIN: "server.host-not-ours",
};

/** Refuses `server.host-not-loopback`, and with `server.*` an address that cannot be listened at. */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { database, host = "127.0.0.1", port = 0, allowRemote = false } = options;
  const { closeDue = false, checkAnswers = false } = options;
  if (!LOOPBACK.includes(host) && !allowRemote) {
    throw new Refusal("server.host-not-loopback", { host });
  }
  const now: () => Instant = options.now ?? systemNow;
  const logger = options.logger ?? serverLog("silent");
  const clerks: Clerk[] = [];
  let waiting: () => ReturnType<Ingest["waiting"]> | null = () => null;
  const metrics = makeMetrics(() => waiting());
  const ingest = await lazyIngest(async () => {
    const opened = await openIngest(database, { ...options, now });
    clerks.push(startClerk({ database, ...opened, closeDue, log: logger, now, metrics }));
    waiting = opened.ingest.waiting;
    return opened;
  });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // one for each stream that is open
  const keyring = openKeyring(database, now);
  const timeLimits = { ...TIME_LIMITS, ...options.timeLimits };
  const common = { database, keyring, now, metrics, timeLimits };
  const parts: ServerParts = { ...common, ...ingest, stop: stop.signal };
  const requestsPerMinute = options.requestsPerMinute ?? RATE_LIMITS;
  const app = await buildServer(parts, { logger, checkAnswers, requestsPerMinute });
  try {
    await app.listen({ host, port });
  } catch (error) {
    await Promise.all([app.close(), ...clerks.map((clerk) => clerk.stop())]);
    await ingest.close();
    const code = LISTEN_REFUSALS[String((error as { code?: unknown }).code)];
    if (code === undefined) throw error;
    throw new Refusal(code, { host, port });
  }
  const { address, port: taken, family } = app.server.address() as AddressInfo;

  const stopInOrder = async (): Promise<void> => {
    stop.abort();
    const cut = setTimeout(() => app.server.closeAllConnections(), STOP_MS_MAX).unref();
    const closed = app.close();
    // A connection that falls idle after its answer would otherwise be kept alive for its next request.
    const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
    await closed.finally(() => clearInterval(idle));
    // The clerk hands events in: ingest ends after it.
    const finished = Promise.all(clerks.map((clerk) => clerk.stop())).then(() => ingest.close());
    await Promise.race([finished, sleep(STOP_MS_MAX, undefined, { ref: false })]);
    clearTimeout(cut);
  };
  let stopped: Promise<void> | null = null;
  return {
    address: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`,
    close() {
      stopped ??= stopInOrder();
      return stopped;
    },
  };
}

const IDLE_CHECK_MS = 50;
