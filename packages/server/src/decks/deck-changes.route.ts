/** New versions of rate decks over HTTP: from an operator's price list, or from an older version. */

import type { Readable } from "node:stream";
import { countRows } from "@counterpart/domain/rating/deck-index.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { etagOf, expectedRevision } from "../catalogue/revision-tag.ts";
import { whileItComes } from "../events/events-stream.ts";
import { keyOf } from "../http/authenticate.ts";
import { BODY_LIMITS } from "../http/limits.ts";
import { newestKeeper, type ServerParts, type ZodApp } from "../http/server-parts.ts";
import { wireFlag, wireText } from "../http/wire-text.ts";
import { takeTurns } from "../platform/in-turn.ts";
import type { DeckDecisions, DeckOrder } from "./change-deck.ts";
import { changeDeckApart } from "./change-deck-apart.ts";
import { NO_MAPPING, readDeckMapping, withIncrements } from "./deck-mapping.ts";
import { changedDeckSchema } from "./deck-wire.ts";
import { INCREMENT_MODES, readNewDeck } from "./new-deck.ts";

const CSV = "text/csv";
/** Each takes a thread and, with 170,000 rows, half a gigabyte: one is worked on at a time. */
const CHANGES_WAITING_MAX = 4;

const deckParams = z.strictObject({ deck: wireText(63) });

const noticeDays = z.coerce.number().int().min(0).max(366).optional();

const importQuery = z.strictObject({
  from: wireText(40).describe("Date, or RFC 3339, from which the list counts"),
  mapping: wireText(15_000).optional().describe("How to read the list: YAML or JSON"),
  increments: wireText(40).optional().describe("Of rows that name none, such as 60/1"),
  partial: wireFlag.describe("The list names only what changes; the other rows stay"),
  notified: wireText(40).optional().describe("Day on which increases were told; today without"),
  noticeDays: noticeDays.describe("Days of notice; those of the deck without"),
  dryRun: wireFlag.describe("Compare and check, change nothing"),
  replace: wireFlag.describe("Take the place of the version of the same date"),
  despiteNotice: wireFlag.describe("Go ahead though increases come sooner than was promised"),
  create: wireFlag.describe("Make the deck, which the catalogue does not have yet"),
  key: z.enum(["prefix", "network"]).optional().describe("Of a new deck; prefix without"),
  currency: wireText(3).optional().describe("Of a new deck"),
  per: wireText(63).optional().describe("Of a new deck; minute, or segment by network"),
  incrementMode: z.enum(INCREMENT_MODES).optional().describe("Of a new deck"),
  listed: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000)
    .default(100)
    .describe("Changes of each kind, and findings of each rule, that are listed"),
});

const rollbackSchema = z.strictObject({
  to: wireText(40).describe("Date of the version whose rows come back"),
  from: wireText(40).describe("Date, or RFC 3339, from which they count again"),
  notified: wireText(40).optional(),
  noticeDays: z.int().min(0).max(366).optional(),
  dryRun: z.boolean().default(false),
  replace: z.boolean().default(false),
  despiteNotice: z.boolean().default(false),
  listed: z.int().min(0).max(1_000).default(100),
});

const REFUSES = [
  "catalogue.empty",
  "catalogue.changed",
  "catalogue.invalid",
  "deck.unknown",
  "deck.unchanged",
  "deck.version-exists",
  "deck.notice-too-short",
  "deck.imports-waiting",
  "date.malformed",
  "instant.malformed",
  "instant.without-zone",
] as const;

const IMPORT_REFUSES = [
  ...REFUSES,
  "deck.exists",
  "deck.new-unclear",
  "deck.mapping-invalid",
  "deck.increments-malformed",
  "deck.file-not-csv",
  "deck.file-too-large",
  "deck.encoding-unclear",
  "deck.delimiter-unclear",
  "deck.list-invalid",
  "id.malformed",
  "currency.unknown",
  "unit.unknown",
  "request.media-type",
  "request.interrupted",
  "request.timeout",
] as const;

const IMPORT_DESCRIPTION = `The body is the price list as the operator sent it, any CSV up to 32 MiB,
plain or gzip; \`mapping\` says how to read it where its titles do not. It is compared with the version
that it takes over from, checked for notice and for what is most likely a mistake, and stored as one
change of the catalogue, unless \`dryRun\` is asked for. With If-Match only if that is still the revision
in force: pass the one of the dry run. A list is imported whole or not at all.`;

const REQUEST_BODY = {
  required: true,
  content: {
    [CSV]: {
      schema: { type: "string", format: "binary" },
      example: "Prefix,Destination,Rate\n49,Germany,0.0120\n",
    },
  },
};

interface List {
  readonly list: Readable;
}

/** Hands a change to a thread of its own, in turn with the others of this server. */
type Change = (
  request: FastifyRequest,
  asked: DeckDecisions & { readonly dryRun: boolean; readonly listed: number },
  makeOrder: () => Promise<DeckOrder>,
) => Promise<z.output<typeof changedDeckSchema>>;

export const deckChangesRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  app.addContentTypeParser(CSV, async (_: unknown, list: Readable): Promise<List> => ({ list }));
  const change = changesInTurn(parts);
  routeImport(app, parts, change);
  routeRollback(app, change);
};

function changesInTurn(parts: ServerParts): Change {
  const inTurn = takeTurns();
  let waiting = 0;
  return async (request, asked, makeOrder) => {
    if (waiting === CHANGES_WAITING_MAX) throw new Refusal("deck.imports-waiting");
    waiting += 1;
    try {
      const { dryRun, replace, despiteNotice, listed } = asked;
      const common = {
        dryRun,
        replace,
        despiteNotice,
        by: `key:${keyOf(request).id}`,
        now: parts.now(),
        expectedRevision: expectedRevision(request),
      };
      const order = await makeOrder();
      const keeper = await newestKeeper(parts);
      const isKnown = Object.hasOwn(keeper.catalogue().decks, order.deck);
      const stored = isKnown ? countRows(keeper.deck(order.deck)) : 0;
      const changed = await inTurn(() =>
        changeDeckApart(parts.database, { ...common, order }, { listed, stored }),
      );
      // So that what was published holds for the next event that this server takes.
      if (!dryRun) await keeper.refresh(changed.revision);
      return changed;
    } finally {
      waiting -= 1;
    }
  };
}

function routeImport(app: ZodApp, parts: ServerParts, change: Change): void {
  app.post(
    "/v1/decks/:deck/imports",
    {
      config: {
        scope: "catalogue:write",
        streams: CSV,
        requestBody: REQUEST_BODY,
        refuses: IMPORT_REFUSES,
      },
      schema: {
        operationId: "importDeck",
        summary: "A new version from an operator's price list",
        description: IMPORT_DESCRIPTION,
        tags: ["decks"],
        params: deckParams,
        querystring: importQuery,
        response: { 200: changedDeckSchema },
      },
    },
    async (request, reply: FastifyReply) => {
      const { deck } = request.params as z.output<typeof deckParams>;
      const query = request.query as z.output<typeof importQuery>;
      const { list } = (request.body ?? {}) as Partial<List>;
      if (list === undefined) throw new Refusal("request.media-type");
      const { from, notified, noticeDays, partial, increments } = query;
      const create = readNewDeck(query);
      const mapping =
        query.mapping === undefined ? NO_MAPPING : readDeckMapping(query.mapping, "mapping");
      const changed = await change(request, query, async () => ({
        kind: "import",
        deck,
        from,
        notified,
        noticeDays,
        list: await readList(list, parts.timeLimits.streamIdleMs),
        mapping: withIncrements(mapping, increments),
        isWhole: !partial,
        create,
      }));
      return reply.header("etag", etagOf(changed.revision)).send(changed);
    },
  );
}

/** Refuses `deck.file-too-large` while it comes. */
async function readList(stream: Readable, idleMs: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of whileItComes(stream, idleMs)) {
    bytes += chunk.length;
    if (bytes > BODY_LIMITS.deckList) {
      throw new Refusal("deck.file-too-large", { bytesMax: BODY_LIMITS.deckList });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function routeRollback(app: ZodApp, change: Change): void {
  app.post(
    "/v1/decks/:deck/rollback",
    {
      config: { scope: "catalogue:write", refuses: [...REFUSES, "deck.version-unknown"] },
      schema: {
        operationId: "rollBackDeck",
        summary: "A new version with the rows of an older one",
        description: "What was charged stays charged. If-Match works as for an import.",
        tags: ["decks"],
        params: deckParams,
        body: rollbackSchema.meta({ examples: [{ to: "2025-01-01", from: "2026-12-05" }] }),
        response: { 200: changedDeckSchema },
      },
    },
    async (request, reply: FastifyReply) => {
      const { deck } = request.params as z.output<typeof deckParams>;
      const body = request.body as z.output<typeof rollbackSchema>;
      const { to, from, notified, noticeDays } = body;
      const changed = await change(request, body, async () => {
        return { kind: "rollback", deck, to, from, notified, noticeDays };
      });
      return reply.header("etag", etagOf(changed.revision)).send(changed);
    },
  );
}
