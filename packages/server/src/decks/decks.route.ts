/** Rate decks of the catalogue in force over HTTP: versions, rows, and what a number gets. */
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { checkZone, instantOfDateOrInstant } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { loadHandle } from "../catalogue/catalogue.repo.ts";
import { listRowsInForce, type RowPlace } from "../catalogue/deck-rows.repo.ts";
import { fromState } from "../catalogue/deck-rows-to-write.ts";
import { fromCursor, pageOf, pageQuery, pageSchema } from "../http/page.ts";
import { newestKeeper, type ServerParts, type ZodApp } from "../http/server-parts.ts";
import { wireText } from "../http/wire-text.ts";
import { dateDeck, openShelfInForce, versionAt, versionNamed } from "./deck-shelf.ts";
import {
  deckHeadSchema,
  deckPageSchema,
  deckRowSchema,
  deckToWire,
  lookupSchema,
  lookupToWire,
  rowToWire,
} from "./deck-wire.ts";
import { lookUp, readWanted } from "./look-up.ts";

const deckParams = z.strictObject({ deck: wireText(63) });

const READS = { scope: "catalogue:read" } as const;

export const decksRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  routeListDecks(app, parts);
  routeGetDeck(app, parts);
  routeListDeckRows(app, parts);
  routeLookUp(app, parts);
};

async function catalogueInForce(parts: ServerParts): Promise<Catalogue> {
  return (await newestKeeper(parts)).catalogue();
}

function routeListDecks(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/decks",
    {
      config: { ...READS, refuses: ["catalogue.empty", "request.cursor-malformed"] },
      schema: {
        operationId: "listDecks",
        summary: "The rate decks and their versions, past, in force and scheduled",
        tags: ["decks"],
        querystring: pageQuery,
        response: { 200: deckPageSchema },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query as z.output<typeof pageQuery>;
      const after = fromCursor(cursor) ?? "";
      const catalogue = await catalogueInForce(parts);
      const names = Object.keys(catalogue.decks).filter((name) => name > after);
      const { data, nextCursor } = pageOf(names.sort(), limit, (name) => name);
      const now = parts.now();
      return { data: data.map((name) => deckToWire(dateDeck(catalogue, name), now)), nextCursor };
    },
  );
}

function routeGetDeck(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/decks/:deck",
    {
      config: { ...READS, refuses: ["catalogue.empty", "deck.unknown"] },
      schema: {
        operationId: "getDeck",
        summary: "One rate deck and its versions",
        description: "All of its rules are at `/v1/catalogue/decks/{deck}`.",
        tags: ["decks"],
        params: deckParams,
        response: { 200: deckHeadSchema },
      },
    },
    async (request) => {
      const { deck } = request.params as z.output<typeof deckParams>;
      return deckToWire(dateDeck(await catalogueInForce(parts), deck), parts.now());
    },
  );
}

const rowsQuery = pageQuery.extend({
  version: wireText(40).optional().describe("Its date as the deck has it; that in force without"),
});

function routeListDeckRows(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/decks/:deck/rows",
    {
      config: {
        ...READS,
        refuses: [
          "catalogue.empty",
          "deck.unknown",
          "deck.version-unknown",
          "deck.none-in-force",
          "request.cursor-malformed",
        ],
      },
      schema: {
        operationId: "listDeckRows",
        summary: "The rows of a version, by key",
        description:
          "Pass the `version` again with the cursor: another one may be in force by then.",
        tags: ["decks"],
        params: deckParams,
        querystring: rowsQuery,
        response: { 200: pageSchema(deckRowSchema) },
      },
    },
    async (request) => {
      const { deck: name } = request.params as z.output<typeof deckParams>;
      const { version: from, limit, cursor } = request.query as z.output<typeof rowsQuery>;
      const dated = dateDeck(await catalogueInForce(parts), name);
      const version =
        from === undefined ? versionAt(dated, parts.now()) : versionNamed(dated, from);
      if (version === null) throw new Refusal("deck.none-in-force", { deck: name });
      const db = parts.database.pool("reader");
      const handle = await loadHandle(db, "deck", name);
      const page = { at: version.at, after: placeOfCursor(cursor), limit: limit + 1 };
      const rows = await listRowsInForce(db, handle, page);
      const { data, nextCursor } = pageOf(rows, limit, ({ key, originGroup, timeBand }) =>
        JSON.stringify([key, originGroup ?? "", timeBand ?? ""]),
      );
      return { data: data.map((row) => rowToWire(fromState(row))), nextCursor };
    },
  );
}

const placeSchema = z.tuple([z.string(), z.string(), z.string()]);

/** Refuses `request.cursor-malformed`. */
function placeOfCursor(cursor: string | undefined): RowPlace {
  const text = fromCursor(cursor);
  if (text === undefined) return ["", "", ""];
  try {
    return placeSchema.parse(JSON.parse(text));
  } catch {
    throw new Refusal("request.cursor-malformed");
  }
}

const lookupQuery = z.strictObject({
  number: wireText(40).describe("Digits of a number or prefix, or a network such as 262-01"),
  at: wireText(40).optional().describe("A date, or RFC 3339; now without"),
});

function routeLookUp(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/decks/:deck/lookup",
    {
      config: {
        ...READS,
        refuses: [
          "catalogue.empty",
          "deck.unknown",
          "deck.number-malformed",
          "date.malformed",
          "instant.malformed",
          "instant.without-zone",
        ],
      },
      schema: {
        operationId: "lookUpDeckRow",
        summary: "Which row a number or network gets, and what scheduled versions make of it",
        tags: ["decks"],
        params: deckParams,
        querystring: lookupQuery,
        response: { 200: lookupSchema },
      },
    },
    async (request) => {
      const { deck } = request.params as z.output<typeof deckParams>;
      const { number, at: when } = request.query as z.output<typeof lookupQuery>;
      const wanted = readWanted(number);
      const shelf = await openShelfInForce(parts.database.pool("reader"));
      const zone = checkZone(shelf.catalogue.provider.timeZone);
      const at = when === undefined ? parts.now() : instantOfDateOrInstant(zone, when);
      return lookupToWire(lookUp(await shelf.openFor(deck, wanted), wanted, at));
    },
  );
}
