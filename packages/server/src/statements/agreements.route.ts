/** Agreements, and what each comes to so far. */
import { parseMonth } from "@counterpart/domain/period.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { agreementSchema } from "../catalogue/catalogue-schema.ts";
import { fromCursor, pageOf, pageQuery, pageSchema } from "../http/page.ts";
import { newestBook, type ServerParts, type ZodApp } from "../http/server-parts.ts";
import { wireText } from "../http/wire-text.ts";
import { agreementOf, currentMonth, loadRunningStatement } from "./running-statement.ts";
import { runningSchema } from "./statements-wire.ts";

const ROLES = ["customer", "reseller", "supplier", "partner", "referrer"] as const;

const headSchema = z.object({
  id: z.string(),
  party: z.string(),
  role: z.enum(ROLES),
  seller: z.string().nullable().describe("null: the provider"),
  currency: z.string(),
  timeZone: z.string(),
});

const params = z.strictObject({ id: wireText(63) });

export const agreementsRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  routeListAgreements(app, parts);
  routeGetAgreement(app, parts);
  routeGetRunningStatement(app, parts);
};

function routeListAgreements(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/agreements",
    {
      config: {
        scope: "catalogue:read",
        refuses: ["catalogue.empty", "request.cursor-malformed"],
      },
      schema: {
        operationId: "listAgreements",
        summary: "List agreements, in order of their ids",
        tags: ["catalogue"],
        querystring: pageQuery.extend({
          party: wireText(63).optional(),
          role: z.enum(ROLES).optional(),
        }),
        response: { 200: pageSchema(headSchema) },
      },
    },
    async ({ query: { limit, cursor, party, role } }) => {
      const after = fromCursor(cursor) ?? "";
      const { agreements } = await newestBook(parts);
      const rows = [...agreements.values()]
        .filter(({ name }) => name > after)
        .filter(({ body }) => party === undefined || body.party === party)
        .filter((agreement) => role === undefined || agreement.role === role)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, body, ...agreement }) => ({
          id: name,
          party: body.party,
          role: agreement.role,
          seller: body.seller ?? null,
          currency: agreement.currency,
          timeZone: body.timeZone,
        }));
      return pageOf(rows, limit, ({ id }) => id);
    },
  );
}

function routeGetAgreement(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/agreements/:id",
    {
      config: { scope: "catalogue:read", refuses: ["catalogue.empty", "agreement.unknown"] },
      schema: {
        operationId: "getAgreement",
        summary: "One agreement",
        tags: ["catalogue"],
        params,
        response: { 200: agreementSchema.extend({ id: z.string() }) },
      },
    },
    async ({ params: { id } }) => {
      const { name, body } = agreementOf(await newestBook(parts), id);
      return { id: name, ...body } as z.output<typeof agreementSchema> & { id: string };
    },
  );
}

function routeGetRunningStatement(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/agreements/:id/running",
    {
      config: {
        scope: "statements:read",
        refuses: ["catalogue.empty", "agreement.unknown", "period.malformed"],
      },
      schema: {
        operationId: "getRunningStatement",
        summary: "What an agreement comes to so far",
        description:
          "The statement that a close would make of everything acknowledged up to now. Without a " +
          "period: of the month that it is now in the agreement's zone.",
        tags: ["statements"],
        params,
        querystring: z.strictObject({ period: wireText(7).optional() }),
        response: { 200: runningSchema },
      },
    },
    async ({ params: { id }, query: { period } }) => {
      const book = await newestBook(parts);
      const agreement = agreementOf(book, id);
      const month =
        period === undefined ? currentMonth(agreement, parts.now()) : parseMonth(period);
      const running = await loadRunningStatement(parts.database, book, agreement, month);
      return running as unknown as z.output<typeof runningSchema>;
    },
  );
}
