/** Parts of an answer whose shape a test relies on; what is not so fails it. */
import { z } from "zod";

export type JsonObject = Readonly<Record<string, unknown>>;

const object = z.record(z.string(), z.unknown());

export function objectOf(value: unknown): JsonObject {
  return object.parse(value);
}

export function listOf(value: unknown): readonly JsonObject[] {
  return z.array(object).parse(value);
}

export function textOf(value: unknown): string {
  return z.string().parse(value);
}

/** The cursor of the next page; null after the last one. */
export function cursorOf({ nextCursor }: JsonObject): string | null {
  return z.string().nullable().parse(nextCursor);
}
