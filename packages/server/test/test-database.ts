import { randomUUID } from "node:crypto";
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
    await execute(cluster, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  return { url, database, drop };
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
