/** Who may do what: every operation of the description, asked with every kind of key. */
import { readFileSync } from "node:fs";
import fastify from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/test-server.ts";
import { type GrantedScope, SCOPES } from "../keys/scopes.ts";
import { requireKeys } from "./authenticate.ts";

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly scope: string;
}

const document = JSON.parse(
  readFileSync(new URL("../../../../openapi.json", import.meta.url), "utf8"),
) as { paths: Record<string, Record<string, { "x-scope": string }>> };

const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const filled = path.replace(/\{\w+\}/g, "x");
    return { method: method.toUpperCase(), path: filled, scope: operation["x-scope"] };
  }),
);

let server: TestServer;
const keys = new Map<GrantedScope, string>();
beforeAll(async () => {
  server = await startTestServer();
  for (const scope of SCOPES) keys.set(scope, await server.makeKey([scope]));
});
afterAll(() => server.close());

/** 401 and 403 come before anything else is looked at, so what is asked for need not make sense. */
async function ask({ method, path }: Operation, key: string | null) {
  const { status, json } = await server.ask(method, path, { key });
  return { status, code: json?.code };
}

test.each(operations)(
  "401: $method $path without a key, unless it is public",
  async (operation) => {
    const { status, code } = await ask(operation, null);
    if (operation.scope === "public" || operation.scope === "operator")
      expect(status).not.toBe(401);
    else expect([status, code]).toEqual([401, "key.missing"]);
  },
);

test.each(operations)("403: $method $path with every key that lacks $scope", async (operation) => {
  for (const scope of SCOPES) {
    const { status, code } = await ask(operation, keys.get(scope)!);
    const allowed = [scope, "public", "operator"].includes(operation.scope);
    if (allowed) expect([scope, status]).not.toEqual([scope, 403]);
    else expect([scope, status, code]).toEqual([scope, 403, "key.scope-missing"]);
  }
});

test.each([
  ["a text that is no key", "Bearer secret"],
  ["another scheme", "Basic dXNlcjpwYXNz"],
  ["nothing behind the scheme", "Bearer"],
  ["two keys", "Bearer cpk_a cpk_b"],
])("401: %s", async (_, authorization) => {
  const ask = { key: null, headers: { authorization } };
  const { status, json } = await server.ask("GET", "/v1/statements", ask);
  expect([status, json.code]).toEqual([401, "key.not-valid"]);
});

test("401: a key in the URL is not looked at", async () => {
  const path = `/v1/statements?key=${server.key}`;
  expect((await server.ask("GET", path, { key: null })).status).toBe(401);
});

test("401: metrics are for this machine, not for what a proxy on it passes on", async () => {
  const ask = { key: null, headers: { "x-forwarded-for": "203.0.113.7" } };
  expect((await server.ask("GET", "/metrics", { key: null })).status).toBe(200);
  expect((await server.ask("GET", "/metrics", ask)).status).toBe(401);
});

test("429: whoever tries many wrong keys is slowed down, and a good key still works", async () => {
  const wrong = { key: null, headers: { authorization: "Bearer wrong" } };
  const answers = await Promise.all(
    Array.from({ length: 400 }, () => server.ask("GET", "/v1/statements", wrong)),
  );
  const last = answers.filter(({ status }) => status === 429);
  expect(last.length).toBeGreaterThan(0);
  expect(last[0]!.json.code).toBe("request.rate-limited");
  expect(Number(last[0]!.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await server.ask("GET", "/v1/statements")).status).toBe(200);
});

test("an address that does not say which scope it needs is an error when the server starts", async () => {
  const app = fastify();
  app.decorate("createRateLimit", () => async () => ({ isAllowed: true, key: "" }));
  requireKeys(app, { find: () => Promise.reject(new Error()), changed: async () => undefined });
  expect(() => app.get("/forgotten", async () => "everything")).toThrow(
    "/forgotten says which scope",
  );
  await app.close();
});
