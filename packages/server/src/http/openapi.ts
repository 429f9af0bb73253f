/** The description of the API that `openapi.json` holds, made from the schemas of the routes. */
import { REFUSALS, type RefusalCode } from "@counterpart/domain/refusals.ts";
import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Access } from "./authenticate.ts";
import { PROBLEM_TYPE, problemSchema } from "./problems.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Refusals that a caller of this address should know of, beyond those every address has. */
    readonly refuses?: readonly RefusalCode[];
    /** Bodies that are not read by a schema. */
    readonly requestBody?: object;
    /** Content of answers that are not JSON, by status and type. */
    readonly responses?: Readonly<Record<number, Readonly<Record<string, object>>>>;
  }
}

const COMMON_REFUSALS: readonly RefusalCode[] = ["server.failed"];
const KEY_REFUSALS: readonly RefusalCode[] = [
  "request.invalid",
  "key.missing",
  "key.not-valid",
  "key.scope-missing",
  "request.rate-limited",
  "database.unreachable",
];

const { $schema: _, ...problemJson } = z.toJSONSchema(problemSchema);

export const OPEN_API: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: "3.1.0",
    info: {
      title: "Counterpart",
      version: "1",
      description:
        "Usage metering and partner billing for CPaaS. Money and quantities are decimal strings, times " +
        "are RFC 3339, periods are half-open, lists come in pages of `{data, nextCursor}`. Whatever " +
        "goes wrong is answered as an RFC 9457 problem with a stable `code`.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    tags: [
      { name: "events", description: "Usage events and what became of them" },
      { name: "quarantine", description: "Events that are kept but not priced" },
      { name: "usage", description: "What was used, by hour and dimension" },
      { name: "catalogue", description: "Parties, accounts, decks, plans and agreements" },
      { name: "decks", description: "Rate decks: versions, rows, price lists, rollback" },
      { name: "quotes", description: "What usage would cost, and plans in plain English" },
      { name: "statements", description: "Closing a period, and what it states" },
      { name: "keys", description: "API keys" },
      { name: "server", description: "The server's own state" },
    ],
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key: `cpk_…`" },
      },
      schemas: { Problem: problemJson as object },
    },
  },
  transform: (document) => {
    const { schema, url } = jsonSchemaTransform(document);
    const { scope, refuses = [], requestBody, responses } = document.route.config ?? {};
    if (schema === undefined || scope === undefined) return { schema, url };
    const described = {
      ...schema,
      description: [schema.description, sentenceOfScope(scope)].filter(Boolean).join("\n\n"),
      security: scope === "public" ? [] : [{ key: [] }],
      response: { ...Object(schema.response), ...problemResponses(scope, refuses) },
    };
    return {
      schema: { ...described, ...extensions(scope, requestBody, responses) } as typeof schema,
      url,
    };
  },
};

/** Taken out again by `openApiDocument`; the plugin has no place of its own for them. */
function extensions(scope: Access, requestBody: unknown, responses: unknown): object {
  return {
    "x-scope": scope,
    ...(requestBody === undefined ? {} : { "x-request-body": requestBody }),
    ...(responses === undefined ? {} : { "x-responses": responses }),
  };
}

function sentenceOfScope(scope: Access): string {
  if (scope === "public") return "Needs no key.";
  if (scope === "operator") return "Needs any key, or a request from the server's own machine.";
  return `Needs a key with the scope \`${scope}\`.`;
}

function problemResponses(scope: Access, refuses: readonly RefusalCode[]): Record<number, object> {
  const codes = [...refuses, ...COMMON_REFUSALS, ...(scope === "public" ? [] : KEY_REFUSALS)];
  const byStatus = new Map<number, RefusalCode[]>();
  for (const code of codes) {
    const [status] = REFUSALS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const sorted = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([status, same]) => [status, problemResponse(same)]));
}

function problemResponse(codes: readonly RefusalCode[]): object {
  const sentences = codes.map((code) => `- \`${code}\`: ${REFUSALS[code][1]}`);
  const schema = { $ref: "#/components/schemas/Problem" };
  return { description: sentences.join("\n"), content: { [PROBLEM_TYPE]: { schema } } };
}

interface Operation {
  summary?: string;
  requestBody?: unknown;
  responses?: Record<string, { description: string; content?: Record<string, unknown> }>;
  "x-request-body"?: unknown;
  "x-responses"?: Record<string, Record<string, unknown>>;
}

/** The whole document. The server must be ready. */
export function openApiDocument(app: FastifyInstance): object {
  const document = structuredClone(app.swagger()) as { paths?: Record<string, object> };
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations) as Operation[]) placeExtensions(operation);
  }
  return document;
}

function placeExtensions(operation: Operation): void {
  const { "x-request-body": body, "x-responses": responses = {} } = operation;
  if (body !== undefined) operation.requestBody = body;
  for (const [status, content] of Object.entries(responses)) {
    const response = operation.responses?.[status];
    if (response !== undefined) response.content = { ...response.content, ...content };
  }
  for (const response of Object.values(operation.responses ?? {})) {
    // What the plugin puts where a schema has no words of its own.
    if (response.description === "Default Response") response.description = operation.summary ?? "";
  }
  delete operation["x-request-body"];
  delete operation["x-responses"];
}
