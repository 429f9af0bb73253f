import type { Instant } from "@counterpart/domain/instant.ts";
import { parseInstant } from "@counterpart/domain/instant.ts";
import { applyCatalogue } from "../src/catalogue/apply-catalogue.ts";
import { readCatalogueBundle } from "../src/catalogue/read-bundle.ts";
import { createKey } from "../src/keys/create-key.ts";
import type { GrantedScope } from "../src/keys/scopes.ts";
import { type RunningServer, type ServeOptions, startServer } from "../src/main/serve.ts";
import type { Database } from "../src/platform/database.ts";
import { type JsonObject, objectOf } from "./read-json.ts";
import { createTestDatabase } from "./test-database.ts";

/** One customer that sends SMS at 0.01 EUR, one that sells at a share of it, and two sources. */
export const TEST_BUNDLE = {
  provider: { name: "Testtel", homeCurrency: "EUR", timeZone: "Europe/Berlin" },
  parties: { acme: { name: "Acme" }, finder: { name: "Finder" } },
  accounts: { "acme-otp": { party: "acme", aliases: [{ name: "AC1" }] } },
  sources: {
    switch: { reader: "cloudevents", dialPlan: { internationalPrefixes: ["00"] } },
    other: { reader: "cloudevents" },
  },
  plans: {
    basic: {
      terms: [
        {
          id: "sms",
          title: "SMS",
          on: "sms.message",
          price: { model: "perUnit", rate: "0.01", per: "segment" },
          lines: ["country"],
        },
        { id: "fee", price: { model: "fixedFee", amount: "5" } },
      ],
    },
  },
  agreements: {
    acme: {
      party: "acme",
      role: "customer",
      currency: "EUR",
      timeZone: "Europe/Berlin",
      cycle: "monthly",
      accounts: ["acme-otp"],
      versions: [{ from: "2026-01-01", plan: "basic" }],
    },
    finder: {
      party: "finder",
      role: "referrer",
      currency: "EUR",
      timeZone: "Europe/Berlin",
      cycle: "monthly",
      accounts: ["acme-otp"],
      versions: [
        {
          from: "2026-01-01",
          terms: [
            {
              id: "share",
              on: "sms.message",
              price: { model: "percentage", of: "customerCharge", percent: "10" },
            },
          ],
        },
      ],
    },
  },
};

/** When requests of these tests arrive: the 20th of a month, so that the one before can be closed. */
export const TEST_NOW: Instant = parseInstant("2026-10-20T12:00:00Z");

export interface TestServer {
  readonly address: string;
  readonly database: Database;
  readonly server: RunningServer;
  /** A key with `*`. */
  readonly key: string;
  /** Asks with the key and JSON, unless other headers are given. */
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
  makeKey(scopes: readonly GrantedScope[], sources?: readonly string[] | null): Promise<string>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The answer's JSON; empty if it has none. */
  readonly json: JsonObject;
}

export interface TestServerOptions extends Partial<ServeOptions> {
  readonly bundle?: unknown;
}

/** A server over a database of its own, with the catalogue above applied. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { database, drop } = await createTestDatabase();
  const { bundle = TEST_BUNDLE, ...serve } = options;
  if (bundle !== null) {
    const read = await readCatalogueBundle(bundle);
    await applyCatalogue(database, { read, by: "test", dryRun: false });
  }
  const server = await startServer({
    database,
    now: () => TEST_NOW,
    checkAnswers: true,
    bulkWriters: 1,
    ...serve,
  });
  const makeKey: TestServer["makeKey"] = async (scopes, sources = null) => {
    return (await createKey(database, { name: "test", scopes, sources, expiresAt: null })).key;
  };
  const key = await makeKey(["*"]);
  return {
    address: server.address,
    database,
    server,
    key,
    makeKey,
    ask: (method, path, ask = {}) => askServer(server.address, key, method, path, ask),
    async close() {
      await server.close();
      await drop();
    },
  };
}

async function askServer(
  address: string,
  ownKey: string,
  method: string,
  path: string,
  { key = ownKey, headers = {}, json, body }: AskOptions,
): Promise<Answer> {
  const response = await fetch(`${address}${path}`, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: json === undefined ? ((body as RequestInit["body"]) ?? null) : JSON.stringify(json),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    json:
      isJson && !/ndjson/.test(response.headers.get("content-type") ?? "")
        ? objectOf(JSON.parse(text))
        : {},
  };
}

/** An SMS event of the test catalogue, priced at 0.01 EUR. */
export function smsEvent(id: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    specversion: "1.0",
    id,
    source: "switch",
    type: "sms.message",
    subject: "acme-otp",
    time: "2026-10-20T11:00:00Z",
    data: {
      direction: "outbound",
      from: "+4930123456",
      to: "+4915112345678",
      segments: 1,
      status: "delivered",
    },
    ...more,
  };
}
