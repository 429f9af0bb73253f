/** Lists in pages: `{data, nextCursor}`. A cursor is opaque to callers. */
import { Refusal } from "@counterpart/domain/refusals.ts";
import { z } from "zod";

export const PAGE_MAX = 1_000;

export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(100),
  cursor: z.string().max(1_000).optional().describe("nextCursor of the page before"),
});

export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    nextCursor: z.string().nullable().describe("null: this is the last page"),
  });
}

/** A cursor that holds where the next page starts. */
export function toCursor(after: string): string {
  return Buffer.from(after).toString("base64url");
}

/** Refuses `request.cursor-malformed`. */
export function fromCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const after = Buffer.from(cursor, "base64url").toString();
  if (toCursor(after) !== cursor || after.includes("\u0000")) {
    throw new Refusal("request.cursor-malformed");
  }
  return after;
}

export function cursorOfOffset(offset: number): string {
  return toCursor(String(offset));
}

/** Refuses `request.cursor-malformed`. */
export function offsetOfCursor(cursor: string | undefined): number {
  const text = fromCursor(cursor) ?? "0";
  if (!/^\d{1,9}$/.test(text)) throw new Refusal("request.cursor-malformed");
  return Number(text);
}

/** The page of rows that were asked for with one more than fits, which tells whether there is another. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (last: Row) => string,
): { data: Row[]; nextCursor: string | null } {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { data, nextCursor: more ? toCursor(keyOf(last)) : null };
}
