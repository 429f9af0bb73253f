import { chmod, lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { connectDatabase, type Database, openDatabase } from "../src/platform/database.ts";
import { migrate } from "../src/platform/migrate.ts";
import { isAlive } from "../src/platform/run-as.ts";
import { inDatabase, type TestCluster } from "./test-database.ts";

declare module "vitest" {
  interface ProvidedContext {
    testCluster: TestCluster;
  }
}

const PREFIX = "counterpart-test-";

/**
 * One cluster for the whole run, with one migrated database as the template of all others. On
 * another server, such as an older PostgreSQL, when COUNTERPART_TEST_DATABASE_URL names one: its
 * user needs CREATEDB and CREATEROLE. Durability stays on: with the write-ahead log small, it costs
 * little.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweepKilledRuns();
  const directory = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  await chmod(directory, 0o755); // for root's sake: PostgreSQL runs as another user then
  const databaseUrl = process.env.COUNTERPART_TEST_DATABASE_URL;
  const server = await openDatabase({ databaseUrl, dataDirectory: directory });
  const template = `counterpart_template_${process.pid}`;
  try {
    await makeTemplate(server, template);
  } catch (error) {
    await server.close();
    throw error;
  }
  project.provide("testCluster", { url: server.url, template });
  return async () => {
    if (server.embedded === undefined) {
      await server.pool("owner").query(`ALTER DATABASE ${template} IS_TEMPLATE false`);
      await server.pool("owner").query(`DROP DATABASE ${template} WITH (FORCE)`);
    }
    await server.close();
    await rm(directory, { recursive: true, force: true });
  };
}

async function makeTemplate(server: Database, template: string): Promise<void> {
  await server.pool("owner").query(`CREATE DATABASE ${template} TEMPLATE template0`);
  const database = connectDatabase(inDatabase(server.url, template));
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  // A template with a session on it cannot be copied, so nobody may open one.
  const closed = "IS_TEMPLATE true ALLOW_CONNECTIONS false";
  await server.pool("owner").query(`ALTER DATABASE ${template} ${closed}`);
}

/** A killed run stops its PostgreSQL and leaves its files. */
async function sweepKilledRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid] = /^counterpart-test-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(tmpdir(), name);
    const stat = await lstat(path).catch(() => undefined);
    if (stat?.uid === process.getuid?.()) await rm(path, { recursive: true, force: true });
  }
}
