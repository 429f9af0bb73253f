/** Every error becomes a problem, those that never reach a route included. */
import type { Socket } from "node:net";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PROBLEM_TYPE, type Problem, problemOf, toProblem } from "./problems.ts";

/** For what the framework refuses before it looks for a route. */
export function answerFrameworkError(
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  sendProblem(request, reply, toProblem(error));
}

export function answerProblems(app: FastifyInstance): void {
  const methods = methodsByPath(app);
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, "failed");
    sendProblem(request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods(request.url);
    if (allowed.length === 0)
      return sendProblem(request, reply, problemOf("request.route-unknown"));
    reply.header("allow", allowed.join(", "));
    sendProblem(request, reply, problemOf("request.method-not-allowed"));
  });
}

/** Seconds after which something that is too much now may be tried again; spread, not to come at once. */
const RETRY_AFTER_SECONDS_MAX = 3;

/** Answers with the problem, which names the request as the log does. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  if (problem.status === 503 && !reply.hasHeader("retry-after")) {
    reply.header("retry-after", 1 + Math.floor(Math.random() * RETRY_AFTER_SECONDS_MAX));
  }
  // What was not read of the body would be taken for the next request, or read for nothing.
  if (!request.raw.complete) reply.header("connection", "close");
  const instance = instanceOf(request);
  // Written here: no route's schema has a say in what a problem looks like.
  const text = JSON.stringify({ ...problem, instance }, bigintText);
  reply.code(problem.status).type(PROBLEM_TYPE).serializer(String).send(text);
}

/** What a problem calls the request that it came of. */
export function instanceOf({ id }: FastifyRequest): string {
  return `urn:counterpart:request:${id}`;
}

function bigintText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Which methods the paths of the server take. */
function methodsByPath(app: FastifyInstance): (url: string) => string[] {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    const pattern = new RegExp(`^${url.replace(/[.]/g, "\\.").replace(/:\w+/g, "[^/]+")}$`);
    routes.push({ pattern, methods: [method].flat() });
  });
  return (url) => {
    const path = url.split("?", 1)[0] ?? "";
    const found = routes.filter(({ pattern }) => pattern.test(path));
    return [...new Set(found.flatMap(({ methods }) => methods))];
  };
}

/** What node's parser refuses before there is a request. */
const CLIENT_ERRORS: Readonly<Record<string, RefusalCode>> = {
  HPE_HEADER_OVERFLOW: "request.headers-too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "request.timeout",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "request.too-large",
};

export function answerClientError(
  error: Error & { readonly code?: string },
  socket: Socket & { readonly _httpMessage?: { readonly headersSent: boolean } },
): void {
  // In the middle of an answer another one would be taken for its content.
  if (error.code === "ECONNRESET" || !socket.writable || socket._httpMessage?.headersSent) {
    socket.destroy();
    return;
  }
  const problem = problemOf(CLIENT_ERRORS[error.code ?? ""] ?? "request.not-http");
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${REASONS[problem.status] ?? "Bad Request"}\r\n` +
      `content-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `connection: close\r\n\r\n${body}`,
  );
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Payload Too Large",
  431: "Request Header Fields Too Large",
};
