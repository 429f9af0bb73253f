import { parseInstant } from "@counterpart/domain/instant.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { Command } from "commander";
import { createKey } from "../../keys/create-key.ts";
import { listKeys, revokeKey } from "../../keys/keys.repo.ts";
import { printKeys } from "../../keys/print-keys.ts";
import { checkScope, SCOPES } from "../../keys/scopes.ts";
import { print, printJson, say, withDatabase } from "../command-context.ts";
import { now } from "../open-counterpart.ts";

interface CreateOptions {
  readonly name: string;
  readonly scope: readonly string[];
  readonly source?: readonly string[];
  readonly expires?: string;
  readonly json?: boolean;
}

const LISTED_MAX = 10_000;

export function keysCommand(): Command {
  const command = new Command("keys").summary("make, list and revoke API keys");
  command
    .command("create")
    .summary("make a key and show it, once")
    .requiredOption("--name <name>", "what the key is for")
    .requiredOption("--scope <scope>", `${SCOPES.join(", ")} or *; may be repeated`, collect)
    .option("--source <source>", "a source it may write; may be repeated (default: all)", collect)
    .option("--expires <time>", "RFC 3339, such as 2027-01-01T00:00:00Z (default: never)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  counterpart keys create --name switch --scope events:write --source voice-switch",
    )
    .action(create);
  command
    .command("list")
    .summary("list keys, newest first")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart keys list")
    .action(list);
  command
    .command("revoke")
    .summary("revoke a key; servers refuse it within 5 seconds")
    .argument("<id>", "id of the key, as listed")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart keys revoke ID")
    .action(revoke);
  return command;
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function create(options: CreateOptions): Promise<void> {
  const { name, scope, source, expires, json = false } = options;
  const scopes = scope.map(checkScope);
  const expiresAt = expires === undefined ? null : new Date(parseInstant(expires)).toISOString();
  await withDatabase(async ({ database }) => {
    const request = { name, scopes, sources: source ?? null, expiresAt };
    const created = await createKey(database, request);
    if (json) printJson(created);
    else {
      print(created.key);
      say(`Key ${created.id} is shown only now. Send it as: Authorization: Bearer cpk_…`);
    }
  });
}

async function list({ json = false }: { readonly json?: boolean }): Promise<void> {
  await withDatabase(async ({ database }) => {
    const keys = await listKeys(database.pool("writer"), { limit: LISTED_MAX, offset: 0 });
    if (json) printJson(keys);
    else print(printKeys(keys, now()));
  });
}

async function revoke(id: string, { json = false }: { readonly json?: boolean }): Promise<void> {
  await withDatabase(async ({ database }) => {
    if (!(await revokeKey(database.pool("writer"), id))) throw new Refusal("key.unknown", { id });
    if (json) printJson({ id, state: "revoked" });
    else say(`Key ${id} is revoked.`);
  });
}
