import { Refusal } from "@counterpart/domain/refusals.ts";

/** What an API key may do. Every address names the one it needs; nothing is allowed without. */
export const SCOPES = [
  "events:write",
  "events:correct",
  "usage:read",
  "catalogue:read",
  "catalogue:write",
  "quarantine:write",
  "statements:read",
  "statements:close",
  "keys:admin",
] as const;

export type Scope = (typeof SCOPES)[number];
/** `*` stands for every scope. */
export type GrantedScope = Scope | "*";

export const GRANTED_SCOPES = [...SCOPES, "*"] as const satisfies readonly GrantedScope[];

/** Refuses `key.scope-unknown`. */
export function checkScope(text: string): GrantedScope {
  const scope = GRANTED_SCOPES.find((known) => known === text);
  if (scope === undefined) {
    throw new Refusal("key.scope-unknown", { scope: text.slice(0, 64), known: GRANTED_SCOPES });
  }
  return scope;
}

export function includesScope(granted: ReadonlySet<GrantedScope>, scope: GrantedScope): boolean {
  return granted.has("*") || granted.has(scope);
}
