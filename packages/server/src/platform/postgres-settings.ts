import { totalmem } from "node:os";

const MIB = 2 ** 20;

export type PostgresSettings = Readonly<Record<string, string>>;

/** Bytes that this machine, or the container that we are in, lets us use. */
export function usableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * What the embedded server runs with. An acknowledged event survives a power cut, so the first
 * three stay on. Checkpoints are rare, because after each one every page goes whole into the log: 4
 * GB of log or 15 minutes, at the price of a longer recovery. Queries here are short: compiling
 * them costs more than it saves.
 */
export function postgresSettings(memoryBytes: number): PostgresSettings {
  const buffers = Math.min(Math.max(Math.floor(memoryBytes / 4 / MIB), 128), 2048);
  return {
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    shared_buffers: `${buffers}MB`,
    max_wal_size: "4GB",
    min_wal_size: "512MB",
    checkpoint_timeout: "15min",
    wal_compression: "pglz",
    jit: "off",
    max_connections: "100",
    TimeZone: "UTC",
    log_timezone: "UTC",
  };
}
