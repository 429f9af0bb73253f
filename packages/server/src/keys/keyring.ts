/**
 * The usable keys in memory, so that a request costs no look-up. What is known is never older than
 * `AGE_MS_MAX`: a revocation is effective by then at the latest, also when it was made elsewhere.
 */
import { timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Instant } from "@counterpart/domain/instant.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Database } from "../platform/database.ts";
import { hashKeyText, idOfKeyText } from "./key-text.ts";
import { listUsableKeys } from "./keys.repo.ts";
import type { GrantedScope } from "./scopes.ts";

export interface ApiKey {
  readonly id: string;
  readonly scopes: ReadonlySet<GrantedScope>;
  /** Sources it may write; null for every one. */
  readonly sources: ReadonlySet<string> | null;
}

export interface Keyring {
  /** The key of this text. Refuses `key.not-valid`; rejects when the store cannot be asked. */
  find(text: string): ApiKey | Promise<ApiKey>;
  /** After a change made here: ends when it holds. */
  changed(): Promise<void>;
}

interface Known extends ApiKey {
  readonly hash: Buffer;
  readonly expires: number | null;
}

/** Older than this the keys are read again, beside the request that found them so. */
const FRESH_MS = 2_000;
/** Older than this nothing is trusted: the request waits for the newer ones. */
const AGE_MS_MAX = 4_000;
/** A key that is not known may have been made just now; more often than this nobody is asked for it. */
const ASK_AGAIN_MS = 200;

export function openKeyring(database: Database, now: () => Instant): Keyring {
  let keys: ReadonlyMap<string, Known> = new Map();
  let loadedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | null = null;

  const load = async (): Promise<void> => {
    const startedAt = performance.now();
    const usable = await listUsableKeys(database.pool("writer"));
    keys = new Map(usable.map((key) => [key.id, toKnown(key)]));
    loadedAt = startedAt;
  };
  const refresh = (): Promise<void> => {
    loading ??= load().finally(() => {
      loading = null;
    });
    return loading;
  };
  /** Reads the keys once more than `since`: what is under way may have begun too early to see it. */
  const refreshSince = async (since: number): Promise<void> => {
    while (loadedAt < since) await refresh();
  };

  const match = (id: string, text: string): ApiKey | null => {
    const key = keys.get(id);
    if (key === undefined || (key.expires !== null && key.expires <= now())) return null;
    return timingSafeEqual(key.hash, hashKeyText(text)) ? key : null;
  };
  const findAfresh = async (id: string, text: string, delay: number): Promise<ApiKey> => {
    const asked = performance.now();
    if (delay > 0) await sleep(delay);
    await refreshSince(asked);
    const key = match(id, text);
    if (key === null) throw new Refusal("key.not-valid");
    return key;
  };

  return {
    find(text) {
      const id = idOfKeyText(text);
      if (id === null) throw new Refusal("key.not-valid");
      const age = performance.now() - loadedAt;
      if (age > AGE_MS_MAX) return findAfresh(id, text, 0);
      if (age > FRESH_MS) refresh().catch(() => undefined);
      const key = match(id, text);
      if (key !== null) return key;
      if (keys.has(id)) throw new Refusal("key.not-valid");
      return findAfresh(id, text, Math.max(0, ASK_AGAIN_MS - age));
    },
    changed: () => refreshSince(performance.now()),
  };
}

function toKnown(key: {
  readonly id: string;
  readonly hash: Buffer;
  readonly scopes: readonly GrantedScope[];
  readonly sources: readonly string[] | null;
  readonly expires: number | null;
}): Known {
  const { id, hash, scopes, sources, expires } = key;
  return {
    id,
    hash,
    expires,
    scopes: new Set(scopes),
    sources: sources === null ? null : new Set(sources),
  };
}
