import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { inject } from "vitest";
import { connectDatabase, type Database } from "../src/platform/database.ts";

export type TestCluster = { readonly url: string; readonly template: string };

export type TestDatabase = {
  readonly url: string;
  readonly database: Database;
  /** Closes the pools and removes the database, whoever is still connected. */
  readonly drop: () => Promise<void>;
};

/** A database of the test's own with every migration applied: a copy of the run's template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { template } = inject("testCluster");
  return cloneDatabase(template);
}

/** A database of the test's own without anything in it, for tests of migrations. */
export async function createEmptyTestDatabase(): Promise<TestDatabase> {
  return cloneDatabase("template0");
}

async function cloneDatabase(template: string): Promise<TestDatabase> {
  const cluster = inject("testCluster").url;
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await execute(cluster, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = inDatabase(cluster, name);
  const database = connectDatabase(url);
  const drop = async (): Promise<void> => {
    await database.close();
    await dropDatabase(cluster, name);
  };
  return { url, database, drop };
}

const DROP_ATTEMPTS_MAX = 40;
const DROP_PAUSE_MS = 250;
const NOT_PERMITTED = "42501";

/**
 * Removes a database, whoever is still connected to it. An autovacuum worker may not be ended by a login that
 * is no superuser: it is waited for.
 */
export async function dropDatabase(cluster: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await execute(cluster, `DROP DATABASE ${name} WITH (FORCE)`);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code !== NOT_PERMITTED || attempt === DROP_ATTEMPTS_MAX) throw error;
      await sleep(DROP_PAUSE_MS);
    }
  }
}

/** The same server and login, another database. */
export function inDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
