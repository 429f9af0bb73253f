/** What the crash tests and the processes that they kill say to each other, as JSON lines. */
import { type Instant, parseInstant } from "@counterpart/domain/instant.ts";
import type { Step } from "../src/events/commit-group.ts";
import type { ItemOutcome } from "../src/events/ingest.ts";
import type { ReratingFilter } from "../src/reratings/rerating-filter.ts";
import type { HandOverTally, SessionStep } from "../src/sessions/hand-over-sessions.ts";

/** When the events of crash tests are received, so that a second run judges their times alike. */
export const CRASH_NOW: Instant = parseInstant("2026-11-20T12:00:00Z");

export type Command =
  | { readonly do: "submit"; readonly bodies: readonly string[]; readonly lane: "single" | "bulk" }
  /** Publishes the catalogue again with another exchange rate, which changes no charge. */
  | { readonly do: "apply"; readonly edition: number }
  /** Lets the process kill itself at a step of ingest or of a hand-over, after some more of them. */
  | { readonly do: "dieAt"; readonly step: Step | SessionStep; readonly after: number }
  /** Sends records of sessions. */
  | { readonly do: "record"; readonly bodies: readonly string[] }
  /** Charges sessions that are due so many seconds after CRASH_NOW. */
  | { readonly do: "handOver"; readonly seconds: number }
  | { readonly do: "replay" }
  /** Voids what counts and restores what is void, of these events. */
  | { readonly do: "undo"; readonly kind: "void" | "restore"; readonly refs: readonly string[] }
  | { readonly do: "rerate"; readonly filter: ReratingFilter }
  /** Closes or reverts a backfill as it was told to. */
  | { readonly do: "finishBackfill"; readonly name: string }
  | { readonly do: "close"; readonly period: string; readonly now: string };

export type Result =
  | { readonly outcomes: readonly ItemOutcome[] }
  | { readonly applied: number }
  | { readonly armed: true }
  | { readonly replayed: { readonly tried: number; readonly released: number } }
  | { readonly stated: number }
  | { readonly rerated: number }
  | { readonly finished: string }
  | { readonly closed: readonly string[]; readonly already: number }
  | { readonly handedOver: HandOverTally }
  | { readonly failed: string };

export interface Ready {
  readonly url: string;
  /** Of the embedded server; null when DATABASE_URL named one. */
  readonly postmaster: number | null;
}

export type Sent = { readonly number: number } & Command;
export type Told = { readonly ready: Ready } | ({ readonly number: number } & Result);
