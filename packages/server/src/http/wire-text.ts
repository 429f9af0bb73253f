import { z } from "zod";

/** A text that PostgreSQL can be asked with: it refuses NUL, and a lone surrogate would be changed. */
export function wireText(lengthMax: number) {
  return z
    .string()
    .min(1)
    .max(lengthMax)
    .refine((text) => !text.includes("\u0000") && text.isWellFormed(), {
      error: "holds NUL or half of a surrogate pair",
    });
}

/** `true` or `false` in a query. */
export const wireFlag = z
  .enum(["true", "false"])
  .default("false")
  .transform((text) => text === "true");

/** A value that may come once or several times in a query. */
export function wireList(item: z.ZodType<string, string>, lengthMax: number) {
  return z
    .union([item, z.array(item).max(lengthMax)])
    .default([])
    .transform((value) => (typeof value === "string" ? [value] : value));
}
