/** The revision of the catalogue as HTTP names it. */
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyRequest } from "fastify";

export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** Of If-Match; undefined without one. Refuses `catalogue.changed` for what cannot be a revision. */
export function expectedRevision({ headers }: Pick<FastifyRequest, "headers">): number | undefined {
  const tag = headers["if-match"];
  if (tag === undefined) return undefined;
  const [, revision] = /^"(\d{1,9})"$/.exec(tag.trim()) ?? [];
  if (revision === undefined) throw new Refusal("catalogue.changed", { ifMatch: tag.slice(0, 40) });
  return Number(revision);
}
