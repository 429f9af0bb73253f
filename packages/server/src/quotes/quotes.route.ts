/** What usage would cost: one event, a quantity, or a stream of events. Nothing is stored. */
import type { Readable } from "node:stream";
import type { Instant } from "@counterpart/domain/instant.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifySchemaCompiler } from "fastify";
import { type FastifyPluginAsyncZod, validatorCompiler } from "fastify-type-provider-zod";
import { z } from "zod";
import { NDJSON, whileItComes } from "../events/events-stream.ts";
import { newestBook, type ServerParts } from "../http/server-parts.ts";
import { wireFlag } from "../http/wire-text.ts";
import { splitLines } from "../imports/split-lines.ts";
import { quoteEvent, timeOfQuestion } from "./quote-event.ts";
import { quoteFile } from "./quote-file.ts";
import { resolveQuoteTarget } from "./quote-target.ts";
import { fileQuoteSchema, quoteBodySchema, quoteSchema, streamTargetFields } from "./quote-wire.ts";

const REFUSES = [
  "catalogue.empty",
  "quote.target-unclear",
  "quote.question-unclear",
  "quote.account-missing",
  "quote.account-unknown",
  "quote.currency-missing",
  "quote.currency-differs",
  "quote.price-invalid",
  "quote.deck-unused",
  "quote.type-missing",
  "quote.field-unknown",
  "quote.quantity-unknown",
  "quote.quantity-malformed",
  "quote.events-without-month",
  "quote.price-of-month",
  "quote.base-circular",
  "currency.unknown",
  "quote.balance-malformed",
  "quote.balance-without-call",
  "quote.balance-unclear",
  "quote.balance-at-close",
  "quote.too-many-lines",
  "agreement.unknown",
  "plan.unknown",
  "event.type-unknown",
  "event.data-invalid",
  "rating.no-agreement",
  "rating.no-rate",
  "rating.destination-blocked",
  "rating.base-missing",
] as const;

const DESCRIPTION = `As JSON: an \`event\` (a CloudEvent, or \`type\` and \`data\`) or a \`quantity\`, priced
against one of \`account\`, \`agreement\`, \`plan\` or \`price\`; without one against the agreements of the
account that the event names. Every charge is answered with its sentence and its steps. With a \`balance\`, an
event that is a call is answered by how many seconds it may last (status and duration may be left out).

As NDJSON (\`application/x-ndjson\`): any number of events, one a line, against what the query names, with
\`price\` as JSON. It is answered once: what each party's months would come to, line by line as on a
statement, and how many events have no price, by reason. Ids are not looked at: an event that comes twice is
priced twice.

Prices are made by the code that bills. Nothing is stored.`;

const query = z.strictObject({
  ...streamTargetFields,
  fees: wireFlag
    .default(true)
    .describe("Of a stream: whether the fixed fees of each month are due"),
});

const { $schema: _, ...bodyJson } = z.toJSONSchema(quoteBodySchema);

const REQUEST_BODY = {
  required: true,
  content: {
    "application/json": {
      schema: bodyJson,
      examples: {
        quantity: {
          value: {
            plan: "standard",
            quantity: { quantity: "1000", unit: "segment", fields: { direction: "outbound" } },
          },
        },
        event: {
          value: {
            account: "acme-main",
            event: { type: "video.participant", data: { tier: "hd", durationSeconds: 600 } },
          },
        },
        balance: {
          value: {
            account: "acme-main",
            balance: "5.00",
            event: {
              type: "voice.call",
              data: { direction: "outbound", from: "+31201234567", to: "+4930123456" },
            },
          },
        },
        price: {
          value: {
            price: { model: "perUnit", rate: "0.0079", per: "segment" },
            currency: "EUR",
            quantity: { quantity: "12", unit: "segment" },
          },
        },
        deck: {
          value: {
            price: { model: "deck", deck: "offer", number: "to" },
            deck: {
              key: "prefix",
              currency: "EUR",
              per: "minute",
              csv: "key,rate,initialIncrement,subsequentIncrement\n4930,0.012,60,60\n",
            },
            event: {
              type: "voice.call",
              data: {
                direction: "outbound",
                to: "+4930123456",
                status: "answered",
                durationSeconds: 61,
              },
            },
          },
        },
      },
    },
    [NDJSON]: { schema: { type: "string", description: "An event a line" } },
  },
};

interface Lines {
  readonly lines: Readable;
}

export const quotesRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  app.addContentTypeParser(
    NDJSON,
    async (_: unknown, lines: Readable): Promise<Lines> => ({ lines }),
  );
  app.post(
    "/v1/quotes",
    {
      config: {
        scope: "catalogue:read",
        streams: NDJSON,
        requestBody: REQUEST_BODY,
        refuses: REFUSES,
      },
      validatorCompiler: checkUnlessLines,
      schema: {
        operationId: "quote",
        summary: "What usage would cost",
        description: DESCRIPTION,
        tags: ["quotes"],
        querystring: query,
        body: quoteBodySchema,
        response: { 200: z.union([quoteSchema, fileQuoteSchema]) },
      },
    },
    async (request) => {
      await newestBook(parts);
      const { keeper, ingest } = await parts.open();
      const now = parts.now();
      const { checks } = ingest;
      const { fees, ...target } = request.query;
      const body = request.body as z.output<typeof quoteBodySchema> | Lines | undefined;
      if (body === undefined) throw new Refusal("quote.question-unclear");
      if ("lines" in body) {
        const lines = splitLines(whileItComes(body.lines, parts.timeLimits.streamIdleMs));
        const quotedAt = (at: Instant) => resolveQuoteTarget(keeper, target, at);
        const quote = await quoteFile(quotedAt, lines, { checks, now, fees });
        return quote as z.output<typeof fileQuoteSchema>;
      }
      const { event, quantity, balance, ...asked } = body;
      const question = { event, quantity, balance };
      const at = timeOfQuestion(question, now);
      const quoted = resolveQuoteTarget(keeper, { ...target, ...asked }, at);
      const db = parts.database.pool("reader");
      const quote = await quoteEvent(db, quoted, checks, question, now);
      return quote as z.output<typeof quoteSchema>;
    },
  );
};

/** A stream is no JSON: its lines are read one by one. Every part of the schema is one of zod. */
const checkUnlessLines: FastifySchemaCompiler<unknown> = (route) => {
  const check = validatorCompiler({ ...route, schema: route.schema as z.ZodType });
  return (value: unknown) => {
    const isLines = typeof value === "object" && value !== null && "lines" in value;
    return route.httpPart === "body" && isLines ? { value } : check(value);
  };
};
