import { hash } from "node:crypto";

/** 16 bytes of SHA-256, as a UUID: PostgreSQL keeps it in 16 bytes and compares it fast. */
export function hashText(text: string): string {
  const hex = hash("sha256", text, "hex");
  return (
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-` +
    `${hex.slice(16, 20)}-${hex.slice(20, 32)}`
  );
}
