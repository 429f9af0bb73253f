import { startEmbeddedPostgres } from "../src/platform/embedded-postgres.ts";

/** For tests that need a second process: runs PostgreSQL until its standard input ends. */
const server = await startEmbeddedPostgres({ dataDirectory: process.argv[2] ?? "" });
const { pid, url, startedHere } = server;
process.stdout.write(`${JSON.stringify({ pid, url, startedHere })}\n`);
process.stdin.on("end", () => server.stop());
process.stdin.resume();
