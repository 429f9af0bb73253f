/** Closing a period, and the two reports that are read before and after it. */
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import { formatInstant } from "@counterpart/domain/instant.ts";
import { formatMoney } from "@counterpart/domain/money.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { findImbalances } from "@counterpart/domain/statements/completeness.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { newestBook, type ServerParts, type ZodApp } from "../http/server-parts.ts";
import { wireFlag, wireText } from "../http/wire-text.ts";
import { closeMonth } from "./close-month.ts";
import type { CloseResult } from "./close-period.ts";
import { listAccounts } from "./completeness.repo.ts";
import { reportMargin } from "./margin.ts";
import { closeSchema, completenessSchema, marginSchema } from "./statements-wire.ts";

const period = wireText(7).describe("Such as 2026-10");

export const closeRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  routeClosePeriod(app, parts);
  routeCheckCompleteness(app, parts);
  routeReportMargin(app, parts);
};

function routeClosePeriod(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/periods/:period/close",
    {
      config: {
        scope: "statements:close",
        refuses: [
          "catalogue.empty",
          "close.doubtful",
          "close.not-complete",
          "close.quarantined",
          "close.rerating-unfinished",
          "period.malformed",
        ],
      },
      schema: {
        operationId: "closePeriod",
        summary: "Close a month into statements",
        description:
          "Each agreement's own month, in its zone. Sessions that have ended are charged first. " +
          "Asking again changes nothing and states what has " +
          "become due since, with or without the same Idempotency-Key.",
        tags: ["statements"],
        params: z.strictObject({ period }),
        headers: z.object({ "idempotency-key": z.string().max(255).optional() }),
        querystring: z.strictObject({
          dryRun: wireFlag.describe("Work out the statements and store nothing"),
          confirmed: wireFlag.describe(
            "Close although no event is of the month, or it is long past",
          ),
          despiteQuarantine: wireFlag.describe("Close although events of the month wait"),
        }),
        response: { 200: closeSchema },
      },
    },
    async ({ params, query: { dryRun, confirmed, despiteQuarantine } }) => {
      const month = parseMonth(params.period);
      const { keeper, ingest } = await parts.open();
      const how = { dryRun, despiteQuarantine, refuseDoubtful: !confirmed };
      const request = { period: month, now: parts.now(), ...how };
      return { dryRun, ...closeToWire(await closeMonth({ ...parts, keeper, ingest }, request)) };
    },
  );
}

function routeCheckCompleteness(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/completeness",
    {
      config: { scope: "usage:read" },
      schema: {
        operationId: "checkCompleteness",
        summary: "Whether everything that was received is accounted for",
        description:
          "Counts what was read against outcomes and stored rows. It looks at every event.",
        tags: ["statements"],
        response: { 200: completenessSchema },
      },
    },
    async () => {
      const accounts = await listAccounts(db);
      const imbalances = findImbalances(accounts);
      return { complete: imbalances.length === 0, data: accounts.map(accountToWire), imbalances };
    },
  );
}

function routeReportMargin(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/margin",
    {
      config: {
        scope: "statements:read",
        refuses: ["catalogue.empty", "margin.rate-missing", "period.malformed"],
      },
      schema: {
        operationId: "reportMargin",
        summary: "What the provider keeps, by channel",
        tags: ["statements"],
        querystring: z.strictObject({ period }),
        response: { 200: marginSchema },
      },
    },
    async ({ query }) => {
      const month = parseMonth(query.period);
      await newestBook(parts);
      const { keeper } = await parts.open();
      const { channels, ...report } = await reportMargin(db, keeper, month);
      return {
        ...report,
        channels: channels.map(({ channel, charges, ...amounts }) => ({
          channel,
          charges: `${charges}`,
          revenue: formatDecimal(amounts.revenue, 12),
          cost: formatDecimal(amounts.cost, 12),
          shares: formatDecimal(amounts.shares, 12),
          margin: formatDecimal(amounts.margin, 12),
        })),
      };
    },
  );
}

function closeToWire(result: CloseResult): Omit<z.output<typeof closeSchema>, "dryRun"> {
  const { statements, left, quarantined, doubts, unissued: _, ...rest } = result;
  return {
    ...rest,
    doubts: [...doubts],
    statements: statements.map(({ total: minor, ...statement }) => {
      return { ...statement, total: formatMoney({ currency: statement.currency, minor }) };
    }),
    left: left.map(({ agreement, until }) => ({ agreement, until: formatInstant(until) })),
    quarantined: quarantined.map((reason) => ({ ...reason, samples: [...reason.samples] })),
  };
}

type Account = Awaited<ReturnType<typeof listAccounts>>[number];

function accountToWire(account: Account): z.output<typeof completenessSchema>["data"][number] {
  return {
    source: account.source,
    day: account.day,
    received: `${account.received}`,
    accepted: `${account.accepted}`,
    duplicate: `${account.duplicate}`,
    conflicting: `${account.conflicting}`,
    quarantined: `${account.quarantined}`,
    refused: `${account.refused}`,
    events: `${account.events}`,
    pending: `${account.pending}`,
  };
}
