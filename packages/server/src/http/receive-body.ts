/** What happens to a body before it is read: unpacked, and given a time to arrive in. */
import { Transform, type TransformCallback } from "node:stream";
import { createGunzip } from "node:zlib";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyInstance, FastifyRequest, RequestPayload } from "fastify";
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

function unpack(encoding: string | undefined, payload: RequestPayload): RequestPayload {
  if (encoding === undefined || encoding === "identity") return payload;
  if (encoding !== "gzip") throw new Refusal("request.encoding", { encoding });
  return gunzip(payload);
}

/**
 * One layer of gzip as it comes. What unpacks to more than its share of what was received is refused
 * while it is unpacked, so that a small body cannot become a large one.
 */
function gunzip(payload: RequestPayload): RequestPayload {
  let received = 0;
  let unpacked = 0;
  const meter = Object.assign(
    new Transform({
      transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback) {
        unpacked += chunk.length;
        meter.receivedEncodedLength = received;
        const allowed = Math.max(MIB, received * INGEST_LIMITS.gzipRatioMax);
        done(unpacked > allowed ? new Refusal("request.too-large") : null, chunk);
      },
      flush(done) {
        meter.receivedEncodedLength = received;
        done();
      },
    }),
    { receivedEncodedLength: 0 },
  );
  const gunzipped = createGunzip();
  payload.on("data", (chunk: Buffer) => {
    received += chunk.length;
  });
  payload.on("error", (error: Error) => meter.destroy(error));
  gunzipped.on("error", () => meter.destroy(new Refusal("request.encoding-broken")));
  meter.on("close", () => {
    payload.unpipe(gunzipped);
    gunzipped.destroy();
  });
  payload.pipe(gunzipped).pipe(meter);
  return meter;
}

function limitTime(body: RequestPayload, msMax: number): void {
  const timer = setTimeout(() => body.emit("error", new Refusal("request.timeout")), msMax);
  const clear = (): void => clearTimeout(timer);
  body.once("end", clear).once("error", clear).once("close", clear);
}
