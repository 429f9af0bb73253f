/** Everything that goes wrong, as RFC 9457 problems. The only place that maps errors to answers. */
import { REFUSALS, Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import { z } from "zod";
import type { Problem as CatalogueProblem } from "../catalogue/locate-problem.ts";
import { CommitUnknown } from "../events/commit-group.ts";

export const PROBLEM_TYPE = "application/problem+json";

export const problemSchema = z
  .object({
    type: z.string().describe("urn:counterpart:problem: and the code"),
    title: z.string().describe("What the code means, always the same sentence"),
    status: z.int(),
    code: z.string().describe("Stable; what programs should look at"),
    detail: z.string().optional().describe("What is special about this case"),
    instance: z.string().optional().describe("urn:counterpart:request: and the id in the log"),
    errors: z
      .array(
        z.object({
          pointer: z.string().describe("JSON Pointer to the field"),
          in: z.enum(["body", "query", "path", "headers"]).optional(),
          code: z.string(),
          detail: z.string(),
        }),
      )
      .optional(),
    context: z.record(z.string(), z.unknown()).optional().describe("What the refusal is about"),
  })
  .describe("RFC 9457 problem");

export type Problem = z.output<typeof problemSchema>;
type FieldError = NonNullable<Problem["errors"]>[number];

export function problemOf(code: RefusalCode, more: Partial<Problem> = {}): Problem {
  const [status, title] = REFUSALS[code];
  return { type: `urn:counterpart:problem:${code}`, title, status, code, ...more };
}

/** What the caller is told about an error. Ours are told as `server.failed` and nothing else. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Refusal) return problemOfRefusal(error);
  if (error instanceof CommitUnknown) return problemOf("event.commit-unknown");
  if (isUnreachable(error)) return problemOf("database.unreachable");
  return problemOfFramework(error) ?? problemOf("server.failed");
}

/** Refusals that list problems with their places. */
const PROBLEM_LISTS: readonly RefusalCode[] = [
  "catalogue.invalid",
  "quote.price-invalid",
  "deck.mapping-invalid",
];

function problemOfRefusal({ code, detail }: Refusal): Problem {
  if (PROBLEM_LISTS.includes(code) && Array.isArray(detail.problems)) {
    const problems = detail.problems as readonly CatalogueProblem[];
    const errors = problems.map(({ path, code, message }): FieldError => {
      return { pointer: path, code, detail: message };
    });
    return problemOf(code, { detail: sentenceOfCount(errors.length), errors });
  }
  return problemOf(code, Object.keys(detail).length === 0 ? {} : { context: detail });
}

function sentenceOfCount(count: number): string {
  return count === 1 ? "There is 1 problem." : `There are ${count} problems.`;
}

/** Errors of fastify and its plugins, by their codes and, failing that, by their status. */
const FRAMEWORK_CODES: Readonly<Record<string, RefusalCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "request.too-large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "request.media-type",
  FST_ERR_CTP_EMPTY_JSON_BODY: "request.malformed",
  FST_ERR_CTP_INVALID_JSON_BODY: "request.malformed",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "request.not-http",
  FST_ERR_BAD_URL: "request.route-unknown",
  FST_ERR_ROUTE_REGEXP: "request.route-unknown",
  FST_ERR_MAX_PARAM_LENGTH_EXCEEDED: "request.route-unknown",
};

interface FrameworkError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly validation?: readonly ValidationIssue[] | undefined;
  readonly validationContext?: string | undefined;
}

interface ValidationIssue {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
}

function problemOfFramework(error: unknown): Problem | null {
  if (typeof error !== "object" || error === null) return null;
  const { code, statusCode, validation, validationContext } = error as FrameworkError;
  if (validation !== undefined) {
    const errors = validation.map((issue) => toFieldError(issue, validationContext));
    return problemOf("request.invalid", { errors });
  }
  const known = typeof code === "string" ? FRAMEWORK_CODES[code] : undefined;
  if (known !== undefined) return problemOf(known);
  if (statusCode === 429) return problemOf("request.rate-limited");
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
    return problemOf("request.malformed", { status: statusCode });
  }
  return null;
}

const PLACES: Readonly<Record<string, FieldError["in"]>> = {
  body: "body",
  querystring: "query",
  params: "path",
  headers: "headers",
};

function toFieldError(issue: ValidationIssue, context: string | undefined): FieldError {
  return {
    pointer: issue.instancePath === "/" ? "" : issue.instancePath,
    in: PLACES[context ?? ""] ?? "body",
    code: issue.keyword.replaceAll("_", "-"),
    detail: wordsOf(issue.message ?? ""),
  };
}

/** The schema library's own words, where a field is simply not there. */
function wordsOf(message: string): string {
  return /^Invalid input: .*, received undefined$/.test(message) ? "It is missing." : message;
}

/** Whether the database was away: by SQLSTATE (08: connection, 57P0x: stopping, 53300: full) or socket. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === "string") {
    return (
      /^(57P0|08)/.test(code) ||
      ["53300", "ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOENT", "ETIMEDOUT"].includes(code)
    );
  }
  return /connection terminated|timeout exceeded when trying to connect|connection timeout/i.test(
    error.message,
  );
}
