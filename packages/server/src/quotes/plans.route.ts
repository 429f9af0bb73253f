/** Public plans: list prices in plain English, and what usage would cost by them. Needs no key. */
import type { ExplainedQuote } from "@counterpart/domain/quotes/explain-quote.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyReply } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { newestBook, type ServerParts, type ZodApp } from "../http/server-parts.ts";
import { wireText } from "../http/wire-text.ts";
import { describePlan } from "./describe-plan.ts";
import { type QuoteQuestion, quoteEvent, timeOfQuestion } from "./quote-event.ts";
import { resolveQuoteTarget } from "./quote-target.ts";
import { planInWordsSchema, publicQuoteSchema, questionFields } from "./quote-wire.ts";

export const PLANS_PATH = "/v1/plans/";

const params = z.strictObject({ plan: wireText(63) });
const PLAN_REFUSES = ["catalogue.empty", "plan.unknown", "request.rate-limited"] as const;
const QUOTE_REFUSES = [
  ...PLAN_REFUSES,
  "quote.question-unclear",
  "quote.type-missing",
  "quote.field-unknown",
  "quote.quantity-unknown",
  "quote.quantity-malformed",
  "quote.events-without-month",
  "quote.base-circular",
  "event.type-unknown",
  "event.data-invalid",
  "rating.no-agreement",
  "rating.no-rate",
  "rating.base-missing",
] as const;

export const plansRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  routeGetPlan(app, parts);
  routeQuoteByQuery(app, parts);
  routeQuotePlan(app, parts);
  routeGetPlanInWords(app, parts);
};

function routeGetPlan(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/plans/:plan",
    {
      config: { scope: "public", refuses: PLAN_REFUSES },
      schema: {
        operationId: "getPublicPlan",
        summary: "A public plan in plain English",
        description: "List prices; what depends on cost is on request.",
        tags: ["quotes"],
        params,
        response: { 200: planInWordsSchema },
      },
    },
    async ({ params: { plan } }, reply) => {
      const keeper = await keeperOfPublic(parts, plan, reply);
      const db = parts.database.pool("reader");
      const described = await describePlan(db, keeper, {
        plan,
        audience: "public",
        now: parts.now(),
      });
      return described as z.output<typeof planInWordsSchema>;
    },
  );
}

function routeQuoteByQuery(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/plans/:plan/quote",
    {
      config: { scope: "public", refuses: QUOTE_REFUSES },
      schema: {
        operationId: "getPublicQuote",
        summary: "What a quantity costs by a public plan",
        description:
          "`?quantity=1000&unit=segment&direction=outbound&mcc=262&mnc=01`: besides quantity, unit, " +
          "type and time, every name is a field or dimension of the event type.",
        tags: ["quotes"],
        params,
        querystring: z
          .object({
            quantity: wireText(38),
            unit: wireText(64),
            type: wireText(63).optional(),
            time: wireText(40).optional(),
          })
          .catchall(wireText(256)),
        response: { 200: publicQuoteSchema },
      },
    },
    async ({ params: { plan }, query }, reply) => {
      const { quantity, unit, type, time, ...fields } = query;
      const asked = { quantity, unit, type, time, fields: fields as Record<string, string> };
      return await quotePublicly(parts, plan, { quantity: asked }, reply);
    },
  );
}

function routeQuotePlan(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/plans/:plan/quotes",
    {
      config: { scope: "public", refuses: QUOTE_REFUSES },
      schema: {
        operationId: "quotePublicPlan",
        summary: "What an event or a quantity costs by a public plan",
        tags: ["quotes"],
        params,
        body: z.strictObject(questionFields),
        response: { 200: publicQuoteSchema },
      },
    },
    async ({ params: { plan }, body }, reply) => await quotePublicly(parts, plan, body, reply),
  );
}

function routeGetPlanInWords(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/catalogue/plans/:plan/summary",
    {
      config: {
        scope: "catalogue:read",
        refuses: [
          "catalogue.empty",
          "plan.unknown",
          "quote.currency-missing",
          "quote.currency-differs",
        ],
      },
      schema: {
        operationId: "describePlan",
        summary: "A plan in plain English, shares and markups included",
        tags: ["catalogue"],
        params,
        querystring: z.strictObject({ currency: z.string().length(3).optional() }),
        response: { 200: planInWordsSchema },
      },
    },
    async ({ params: { plan }, query: { currency } }) => {
      await newestBook(parts);
      const { keeper } = await parts.open();
      const db = parts.database.pool("reader");
      const request = { plan, currency, audience: "provider", now: parts.now() } as const;
      return (await describePlan(db, keeper, request)) as z.output<typeof planInWordsSchema>;
    },
  );
}

/** Whether there is a plan that is not public is nobody's business: both are unknown. */
async function keeperOfPublic(parts: ServerParts, plan: string, reply: FastifyReply) {
  // A price list is for every web page, and a calculator runs in the reader's browser.
  reply.header("access-control-allow-origin", "*");
  await newestBook(parts);
  const { keeper } = await parts.open();
  const { plans } = keeper.catalogue();
  if (!Object.hasOwn(plans, plan) || plans[plan]!.public !== true) {
    throw new Refusal("plan.unknown", { plan });
  }
  return keeper;
}

async function quotePublicly(
  parts: ServerParts,
  plan: string,
  { event, quantity }: QuoteQuestion,
  reply: FastifyReply,
): Promise<z.output<typeof publicQuoteSchema>> {
  const keeper = await keeperOfPublic(parts, plan, reply);
  const { ingest } = await parts.open();
  const question = { event: event && withoutCarrier(event), quantity };
  const at = timeOfQuestion(question, parts.now());
  const quoted = resolveQuoteTarget(keeper, { plan }, at, true);
  const db = parts.database.pool("reader");
  const quote = await quoteEvent(db, quoted, ingest.checks, question, parts.now());
  return toPublic(plan, quote);
}

/** By which carrier a call goes, and what that costs, is not part of a list price. */
function withoutCarrier(event: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { data, ...envelope } = event;
  if (typeof data !== "object" || data === null || Array.isArray(data)) return { ...event };
  const { carrier: _, ...open } = data as Record<string, unknown>;
  return { ...envelope, source: undefined, subject: undefined, data: open };
}

function toPublic(plan: string, quote: ExplainedQuote): z.output<typeof publicQuoteSchema> {
  const [total] = quote.totals;
  return {
    plan,
    currency: total!.currency,
    amount: total!.amount,
    charges: quote.charges.map(
      ({ term, title, currency, amount, aloneInMonth, quantity, billed, rate, sentence }) => {
        return { term, title, currency, amount, aloneInMonth, quantity, billed, rate, sentence };
      },
    ),
  };
}
