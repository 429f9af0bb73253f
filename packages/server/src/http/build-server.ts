/** The HTTP server, put together: limits, keys, problems and routes. Listens nowhere yet. */

import { isUtf8 } from "node:buffer";
import { Refusal } from "@counterpart/domain/refusals.ts";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type FastifySerializerCompiler,
  LogController,
} from "fastify";
import { validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import type { Logger } from "pino";
import type { z } from "zod";
import { backfillsRoute } from "../backfills/backfills.route.ts";
import { catalogueRoute } from "../catalogue/catalogue.route.ts";
import { deckChangesRoute } from "../decks/deck-changes.route.ts";
import { decksRoute } from "../decks/decks.route.ts";
import { EVENTS_PATH, eventsRoute } from "../events/events.route.ts";
import { explainRoute } from "../explain/explain.route.ts";
import { factsRoute } from "../facts/facts.route.ts";
import { keysRoute } from "../keys/keys.route.ts";
import { metersRoute } from "../meters/meters.route.ts";
import { quarantineRoute } from "../quarantine/quarantine.route.ts";
import { PLANS_PATH, plansRoute } from "../quotes/plans.route.ts";
import { quotesRoute } from "../quotes/quotes.route.ts";
import { reratingsRoute } from "../reratings/reratings.route.ts";
import { SESSIONS_PATH, sessionsRoute } from "../sessions/sessions.route.ts";
import { agreementsRoute } from "../statements/agreements.route.ts";
import { closeRoute } from "../statements/close.route.ts";
import { statementsRoute } from "../statements/statements.route.ts";
import { usageRoute } from "../usage/usage.route.ts";
import { answerClientError, answerFrameworkError, answerProblems } from "./answer-problems.ts";
import { requireKeys } from "./authenticate.ts";
import { healthRoute } from "./health.route.ts";
import { BODY_LIMITS, RATE_LIMITS, type RequestsPerMinute, SERVER_LIMITS } from "./limits.ts";
import { observeRequests } from "./metrics.ts";
import { OPEN_API } from "./openapi.ts";
import { receiveBodies } from "./receive-body.ts";
import type { ServerParts } from "./server-parts.ts";

export interface BuildOptions {
  readonly logger: Logger;
  /** Check answers against their schemas, which tests do; production only writes them. */
  readonly checkAnswers?: boolean;
  /** Of one key. */
  readonly requestsPerMinute?: RequestsPerMinute;
}

export async function buildServer(
  parts: ServerParts,
  { logger, checkAnswers = false, requestsPerMinute = RATE_LIMITS }: BuildOptions,
): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMITS.control,
    requestTimeout: SERVER_LIMITS.requestTimeoutMs,
    keepAliveTimeout: SERVER_LIMITS.keepAliveTimeoutMs,
    connectionTimeout: 0,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    onProtoPoisoning: "error",
    onConstructorPoisoning: "error",
    routerOptions: { maxParamLength: SERVER_LIMITS.pathParameterMax },
    clientErrorHandler: answerClientError,
    frameworkErrors: answerFrameworkError,
    http: {
      maxHeaderSize: SERVER_LIMITS.headerBytesMax,
      headersTimeout: parts.timeLimits.headersMs,
      connectionsCheckingInterval: parts.timeLimits.headersCheckMs,
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.server.maxConnections = SERVER_LIMITS.connectionsMax;
  app.server.maxHeadersCount = SERVER_LIMITS.headersMax;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(checkAnswers ? writeChecked : () => writeJson);

  await app.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } });
  const kindOf = ({ routeOptions }: FastifyRequest): keyof RequestsPerMinute => {
    if (INTAKE_PATHS.includes(routeOptions.url ?? "")) return "events";
    return routeOptions.url?.startsWith(PLANS_PATH) ? "public" : "other";
  };
  await app.register(rateLimit, {
    max: (request: FastifyRequest) => requestsPerMinute[kindOf(request)],
    timeWindow: 60_000,
    keyGenerator: (request: FastifyRequest) =>
      `${kindOf(request)} ${request.apiKey?.id ?? request.ip}`,
    errorResponseBuilder: () => new Refusal("request.rate-limited"),
  });
  await app.register(swagger, OPEN_API);
  readJsonExactly(app);
  answerProblems(app);
  requireKeys(app, parts.keyring);
  receiveBodies(app, parts.timeLimits.bodyMs);
  observeRequests(app, parts.metrics);
  for (const route of ROUTES) await app.register(route, parts);
  return app;
}

/** The framework's own parser would put U+FFFD for what is not UTF-8 and go on. */
function readJsonExactly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser(["application/json", "text/plain"]);
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, bytes, done) => {
    if (isUtf8(bytes as Buffer)) parse(request, bytes.toString(), done);
    else done(new Refusal("request.malformed"));
  });
}

/** Those that take what is metered. */
const INTAKE_PATHS: readonly string[] = [EVENTS_PATH, SESSIONS_PATH];

const ROUTES = [
  eventsRoute,
  sessionsRoute,
  factsRoute,
  explainRoute,
  reratingsRoute,
  backfillsRoute,
  quarantineRoute,
  usageRoute,
  metersRoute,
  catalogueRoute,
  decksRoute,
  deckChangesRoute,
  quotesRoute,
  plansRoute,
  agreementsRoute,
  closeRoute,
  statementsRoute,
  keysRoute,
  healthRoute,
];

/** A serializer that refuses what the schema of the route does not say. */
const writeChecked: FastifySerializerCompiler<z.ZodType> = ({ schema }) => {
  return (value) => {
    const { success, error } = schema.safeParse(value);
    if (!success) throw error;
    return JSON.stringify(value);
  };
};

function writeJson(value: unknown): string {
  return JSON.stringify(value);
}
