import { Refusal } from "@counterpart/domain/refusals.ts";
import pg from "pg";
import { assertSafeSettings } from "./assert-safe-settings.ts";
import type { EmbeddedPostgres } from "./embedded-postgres.ts";
import { keepPostgres } from "./keep-postgres.ts";

/** A pool, a connection or a transaction on one: what a repository function takes first. */
export type Db = Pick<pg.ClientBase, "query">;

/** *owner* migrates, *writer* ingests and closes, *reader* changes nothing. */
export type DatabaseRole = "owner" | "writer" | "reader";

export type Database = {
  /** With its password: not for logs. An embedded server that was started again has another one. */
  readonly url: string;
  /** The one that runs; undefined when DATABASE_URL named the server. */
  readonly embedded: EmbeddedPostgres | undefined;
  /** Made at its first use; the same one each time. */
  readonly pool: (role: DatabaseRole) => pg.Pool;
  /** A connection of the caller's own, connected; the caller ends it. */
  readonly client: (role: DatabaseRole) => Promise<pg.Client>;
  /** Ends the pools, waiting for connections in use, then stops an embedded server started here. */
  readonly close: () => Promise<void>;
};

export type DatabaseOptions = {
  /** Of a PostgreSQL to use; without it the embedded one runs. */
  readonly databaseUrl?: string | undefined;
  /** Of the embedded one. */
  readonly dataDirectory?: string | undefined;
  readonly log?: ((line: string) => void) | undefined;
};

const POOL_SIZES: Readonly<Record<DatabaseRole, number>> = { owner: 2, writer: 8, reader: 8 };
const CONNECT_MS_MAX = 10_000;

/**
 * Opens the database of DATABASE_URL, or the embedded one, and refuses one with unsafe settings.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { databaseUrl, dataDirectory = "./.counterpart", log = () => {} } = options;
  const database = databaseUrl
    ? connectDatabase(databaseUrl, { log })
    : await openEmbedded(dataDirectory, log);
  try {
    await assertSafeSettings(database.pool("owner"));
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** Its pools and new connections follow the server when it has to be started again. */
async function openEmbedded(dataDirectory: string, log: (line: string) => void): Promise<Database> {
  let move: (url: string) => void = () => {};
  const kept = await keepPostgres({ dataDirectory, log, onMoved: (url) => move(url) });
  const { moveTo, ...database } = connect(kept.current().url, log);
  move = moveTo;
  return {
    ...database,
    get url() {
      return kept.current().url;
    },
    get embedded() {
      return kept.current();
    },
    async close() {
      await database.close();
      await kept.stop();
    },
  };
}

/** What the environment says: DATABASE_URL and COUNTERPART_DATA. */
export function databaseOptions(
  env: Readonly<Record<string, string | undefined>>,
): DatabaseOptions {
  return { databaseUrl: env.DATABASE_URL, dataDirectory: env.COUNTERPART_DATA || undefined };
}

/** Pools and connections to a server that runs. Connects at the first use. */
export function connectDatabase(
  url: string,
  { log = () => {} }: { readonly log?: (line: string) => void } = {},
): Database {
  const { moveTo: _, ...database } = connect(url, log);
  return { ...database, url, embedded: undefined };
}

type Connected = Pick<Database, "pool" | "client" | "close"> & {
  /** What connects from now on goes there. */
  readonly moveTo: (url: string) => void;
};

function connect(firstUrl: string, log: (line: string) => void): Connected {
  const pools = new Map<DatabaseRole, pg.Pool>();
  let url = firstUrl;
  let closing = false;
  const report = (error: Error): void => {
    if (!closing) log(`a database connection was lost: ${error.message}`);
  };
  const pool = (role: DatabaseRole): pg.Pool => {
    const known = pools.get(role);
    if (known !== undefined) return known;
    const made = new pg.Pool({ ...connection(url, role), max: POOL_SIZES[role] });
    made.on("error", report); // of an idle connection; without a listener it would end the process
    pools.set(role, made);
    return made;
  };
  const client = async (role: DatabaseRole): Promise<pg.Client> => {
    const made = new pg.Client(connection(url, role));
    made.on("error", report);
    await made.connect();
    return made;
  };
  const moveTo = (next: string): void => {
    url = next;
    // A pool makes each connection of its options as they are then.
    for (const [role, each] of pools) Object.assign(each.options, connection(url, role));
  };
  const close = async (): Promise<void> => {
    closing = true;
    const open = [...pools.values()];
    pools.clear();
    await Promise.all(open.map((each) => each.end()));
  };
  return { pool, client, close, moveTo };
}

function connection(url: string, role: DatabaseRole): pg.ClientConfig {
  return {
    connectionString: urlForRole(url, role),
    types: { getTypeParser: exactTypeParser },
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
  };
}

/**
 * The connecting user owns the schema; writer and reader are roles that it takes on as the
 * connection starts, so nothing has to be sent and RESET ROLE returns to them. The text of times
 * does not depend on the server's settings.
 */
export function urlForRole(url: string, role: DatabaseRole): string {
  const spelled = url.replace("@/", "@localhost/");
  if (!/^postgres(ql)?:\/\//i.test(url) || !URL.canParse(spelled)) {
    throw new Refusal("database.url-malformed"); // the URL may hold a password: it is not shown
  }
  const parsed = new URL(spelled);
  const options = [parsed.searchParams.get("options"), SESSION];
  if (role !== "owner") options.push(`-c role=counterpart_${role}`);
  parsed.searchParams.set("options", options.filter(Boolean).join(" "));
  if (!parsed.searchParams.has("application_name")) {
    parsed.searchParams.set("application_name", `counterpart-${role}`);
  }
  return parsed.href.replace(/\+/g, "%20");
}

/**
 * What holds whatever the server, database or login says otherwise. The gate needs read committed: its second
 * statement has to see what its last holder committed.
 */
const SESSION =
  "-c TimeZone=UTC -c DateStyle=ISO -c default_transaction_isolation=read\\ committed";

/** int8, numeric, date, timestamp, timestamptz and their arrays. */
const TEXT_TYPES = [20, 1700, 1082, 1114, 1184];
const TEXT_ARRAY_TYPES = [1016, 1231, 1182, 1115, 1185];
const TEXT_ARRAY = 1009;

/**
 * What has more digits than a number, or a meaning that a Date would bend, stays the text that
 * PostgreSQL sent: `BigInt(row.count)`, `parseDecimal(row.amount)` say what it becomes. The
 * driver's own parsers make floats of numeric[] and local midnights of dates.
 */
function exactTypeParser(oid: number, format?: "text" | "binary") {
  if (format === "binary") return pg.types.getTypeParser(oid, "binary");
  if (TEXT_TYPES.includes(oid)) return (text: string) => text;
  return pg.types.getTypeParser(TEXT_ARRAY_TYPES.includes(oid) ? TEXT_ARRAY : oid, "text");
}
