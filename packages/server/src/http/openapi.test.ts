import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeApi } from "./describe-api.ts";

const committed = readFileSync(new URL("../../../../openapi.json", import.meta.url), "utf8");
const document = JSON.parse(committed) as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
};
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly "x-scope"?: string;
  readonly responses: Record<string, { readonly description: string }>;
}

const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

test("openapi.json is what the routes say; `npm run openapi` writes it anew", async () => {
  expect(await describeApi()).toBe(committed);
});

test("it is OpenAPI 3.1, and every operation has an id of its own, a summary and a scope", () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(operations.length);
  for (const operation of operations) {
    expect(operation.summary).toMatch(/^[A-Z].+[^.]$/);
    expect(operation["x-scope"]).toBeDefined();
    expect(operation.description).toMatch(/Needs /);
  }
});

test("every answer that is documented is described", () => {
  for (const { operationId, responses } of operations) {
    for (const [status, { description }] of Object.entries(responses)) {
      expect([operationId, status, description]).not.toEqual([
        operationId,
        status,
        "Default Response",
      ]);
    }
  }
});
