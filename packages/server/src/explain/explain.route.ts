/** One event, and why its figures are what they are. */
import type { ExplainedEvent, ExplainedQuarantine } from "@counterpart/domain/explain/explained.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ServerParts } from "../http/server-parts.ts";
import { wireText } from "../http/wire-text.ts";
import { explainEvent } from "./explain-event.ts";
import { eventSchema, explainedEventSchema } from "./explain-wire.ts";

const params = z.strictObject({
  ref: wireText(1_000).describe("The event's key, or source/id with the slash as %2F"),
});

export const explainRoute: FastifyPluginAsyncZod<ServerParts> = async (app, { database }) => {
  app.get(
    "/v1/events/:ref",
    {
      config: { scope: "usage:read", refuses: ["explain.not-found"] },
      schema: {
        operationId: "getEvent",
        summary: "One event with the charges of every party",
        tags: ["events"],
        params,
        response: { 200: eventSchema },
      },
    },
    async ({ params: { ref } }) => toEvent(await explainEvent(database.pool("reader"), ref)),
  );

  app.get(
    "/v1/events/:ref/explanation",
    {
      config: { scope: "usage:read", refuses: ["explain.not-found"] },
      schema: {
        operationId: "explainEvent",
        summary: "Why an event is charged as it is, or why it waits",
        tags: ["events"],
        params,
        response: { 200: explainedEventSchema },
      },
    },
    async ({ params: { ref } }) => {
      const explained = await explainEvent(database.pool("reader"), ref);
      return explained as z.output<typeof explainedEventSchema>;
    },
  );
};

function toEvent(explained: ExplainedEvent | ExplainedQuarantine): z.output<typeof eventSchema> {
  const { ref: key, source, id, type, time, receivedAt } = explained;
  const identity = { key, source, id, type, time, receivedAt };
  if (explained.kind === "quarantined") {
    const { code, detail } = explained;
    return { state: "quarantined", ...identity, code, detail };
  }
  const charges = explained.charges.map((charge) => {
    const { ref, agreement, party, role, term, day, currency, amount } = charge;
    const { quantity, billed, rate } = charge;
    return { ref, agreement, party, role, term, day, quantity, billed, rate, amount, currency };
  });
  const facts = explained.facts.map(({ sentence: _, changes, ...fact }) => {
    return { ...fact, changes: changes.map((change) => ({ ...change })) };
  });
  const state = explained.isVoid ? "void" : "accepted";
  return { state, ...identity, account: explained.account, facts, charges };
}
