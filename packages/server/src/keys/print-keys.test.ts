import { parseInstant } from "@counterpart/domain/instant.ts";
import { expect, test } from "vitest";
import type { KeyRecord } from "./keys.repo.ts";
import { printKeys } from "./print-keys.ts";

const NOW = parseInstant("2026-10-20T12:00:00Z");

const KEY: KeyRecord = {
  id: "k1",
  name: "switch",
  scopes: ["events:write"],
  sources: null,
  createdAt: "2026-10-01T12:00:00.000Z",
  expiresAt: null,
  revokedAt: null,
};

test.each<[string, Partial<KeyRecord>, RegExp]>([
  ["for ever", {}, /2026-10-01T12:00:00.000Z\s*$/],
  ["for a while", { expiresAt: "2026-10-20T12:00:00.001Z" }, /until 2026-10-20T12:00:00.001Z$/],
  ["no more", { expiresAt: "2026-10-20T12:00:00.000Z" }, /expired 2026-10-20T12:00:00.000Z$/],
  [
    "no more, whenever it would have expired",
    { expiresAt: "2027-01-01T00:00:00.000Z", revokedAt: "2026-10-02T00:00:00.000Z" },
    /revoked$/,
  ],
])("a key that is good %s is listed as that", (_, change, state) => {
  const lines = printKeys([{ ...KEY, ...change }], NOW)
    .trimEnd()
    .split("\n");
  expect(lines.at(-1)).toMatch(state);
});
