/** What happens to a body before it is read: unpacked, and given a time to arrive in. */
import { Readable } from "node:stream";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyInstance, FastifyRequest, RequestPayload } from "fastify";
import { unpackGzip } from "../platform/unpack-gzip.ts";
import { INGEST_LIMITS, MIB } from "./limits.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Media type whose body the address reads as it comes, however long that takes. */
    readonly streams?: string;
  }
}

export function receiveBodies(app: FastifyInstance, msMax: number): void {
  app.addHook("preParsing", async (request, _reply, payload) => {
    if (!hasBody(request)) return payload;
    const body = unpack(request.headers["content-encoding"], payload);
    if (!isStreamed(request)) limitTime(body, msMax);
    return body;
  });
}

function isStreamed({ headers, routeOptions }: FastifyRequest): boolean {
  const { streams } = routeOptions.config;
  return streams !== undefined && (headers["content-type"] ?? "").startsWith(streams);
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

/** Names of encodings are the same in any case, and x-gzip is gzip (RFC 9110 §8.4.1). */
function unpack(encoding: string | undefined, payload: RequestPayload): RequestPayload {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case "identity":
      return payload;
    case "gzip":
    case "x-gzip":
      return gunzip(payload);
    default:
      throw new Refusal("request.encoding", { encoding });
  }
}

/**
 * One layer of gzip as it comes. What unpacks to more than its share of what was received is refused
 * while it is unpacked, so that a small body cannot become a large one.
 */
function gunzip(payload: RequestPayload): RequestPayload {
  let received = 0;
  let unpacked = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    // Kept open at an error: the answer goes the same way.
    const chunks: AsyncIterable<Buffer> = payload.iterator({ destroyOnReturn: false });
    for await (const chunk of chunks) {
      received += chunk.length;
      body.receivedEncodedLength = received;
      yield chunk;
    }
  }
  async function* bounded(): AsyncGenerator<Buffer> {
    const damaged = (why: string): Refusal => new Refusal("request.encoding-broken", { why });
    for await (const chunk of unpackGzip(counted(), damaged)) {
      unpacked += chunk.length;
      if (unpacked > Math.max(MIB, received * INGEST_LIMITS.gzipRatioMax)) {
        throw new Refusal("request.too-large");
      }
      yield chunk;
    }
  }
  const body = Object.assign(Readable.from(bounded(), { objectMode: false }), {
    receivedEncodedLength: 0,
  });
  return body;
}

function limitTime(body: RequestPayload, msMax: number): void {
  const timer = setTimeout(() => body.emit("error", new Refusal("request.timeout")), msMax);
  const clear = (): void => clearTimeout(timer);
  body.once("end", clear).once("error", clear).once("close", clear);
}
