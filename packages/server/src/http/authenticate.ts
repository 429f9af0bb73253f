/** Who asks, and whether they may: deny by default. */
import { assert } from "@counterpart/domain/assert.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApiKey, Keyring } from "../keys/keyring.ts";
import { includesScope, type Scope } from "../keys/scopes.ts";

/**
 * What an address needs: a scope, nothing (`public`), any key or a request from this machine
 * (`operator`).
 */
export type Access = Scope | "public" | "operator";

declare module "fastify" {
  interface FastifyContextConfig {
    /** An address without it is an error when the server starts. */
    readonly scope?: Access;
  }
  interface FastifyRequest {
    apiKey: ApiKey | null;
  }
}

/** Failed attempts from one address within a minute, before they are answered 429. */
const FAILURES_PER_MINUTE_MAX = 120;

const BEARER = /^Bearer ([^\s]+)$/i;

/** Checks every request before anything of it is parsed. To be called before routes are added. */
export function requireKeys(app: FastifyInstance, keyring: Keyring): void {
  app.addHook("onRoute", ({ method, url, config }) => {
    assert(config?.scope !== undefined, `${String(method)} ${url} says which scope it needs`);
  });
  app.decorateRequest("apiKey", null);
  const failures = app.createRateLimit({
    max: FAILURES_PER_MINUTE_MAX,
    timeWindow: 60_000,
    keyGenerator: (request: FastifyRequest) => request.ip,
  });
  app.addHook("onRequest", async (request, reply) => {
    const needed = request.routeOptions.config.scope;
    if (request.is404 || needed === "public") return;
    if (needed === "operator" && isFromThisMachine(request)) return;
    assert(needed !== undefined, "an address that was added has a scope");
    try {
      const found = keyring.find(readKey(request));
      request.apiKey = found instanceof Promise ? await found : found;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply.header("www-authenticate", 'Bearer realm="counterpart"');
      const limit = await failures(request);
      if (!limit.isAllowed && limit.isExceeded) {
        reply.header("retry-after", limit.ttlInSeconds);
        throw new Refusal("request.rate-limited");
      }
      throw error;
    }
    if (needed !== "operator" && !includesScope(request.apiKey.scopes, needed)) {
      throw new Refusal("key.scope-missing", { scope: needed });
    }
  });
}

/** The key that asks; an address with a scope always has one. */
export function keyOf(request: FastifyRequest): ApiKey {
  assert(request.apiKey !== null, "a request at an address with a scope has its key");
  return request.apiKey;
}

function readKey({ headers }: FastifyRequest): string {
  const { authorization } = headers;
  if (authorization === undefined) throw new Refusal("key.missing");
  const text = BEARER.exec(authorization)?.[1];
  if (text === undefined) throw new Refusal("key.not-valid");
  return text;
}

/** Not for what a proxy on this machine passes on. */
function isFromThisMachine({ socket, headers }: FastifyRequest): boolean {
  const { remoteAddress = "" } = socket;
  if (headers.forwarded !== undefined || headers["x-forwarded-for"] !== undefined) return false;
  return remoteAddress === "::1" || /^(::ffff:)?127\./.test(remoteAddress);
}
