/** What the server tells about itself, for Prometheus. No label holds a name that a caller can choose. */

import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Ingest, ItemOutcome, Lane, Submission } from "../events/ingest.ts";
import type { HandOverTally } from "../sessions/hand-over-sessions.ts";
import type { SessionGauges } from "../sessions/session-views.repo.ts";

export interface Metrics {
  readonly registry: Registry;
  /** Submits, and counts outcomes and the time until their commit. */
  submit(ingest: Ingest, submission: Submission): Promise<ItemOutcome[]>;
  countSessionRecords(items: readonly ItemOutcome[]): void;
  countSessions(tally: HandOverTally): void;
  noteSessions(gauges: SessionGauges): void;
  observeRequest(route: string, method: string, status: number, seconds: number): void;
}

const COMMIT_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function makeMetrics(waiting: () => Record<Lane, number> | null): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 10 });
  const registers = [registry];
  const events = new Counter({
    name: "counterpart_events_total",
    help: "Events that came over HTTP, by what became of them",
    labelNames: ["outcome"],
    registers,
  });
  const commits = new Histogram({
    name: "counterpart_commit_seconds",
    help: "From handing events in to the answer after their commit",
    labelNames: ["lane"],
    buckets: COMMIT_SECONDS,
    registers,
  });
  const requests = new Histogram({
    name: "counterpart_request_seconds",
    help: "From a request's headers to the end of its answer",
    labelNames: ["route", "method", "status"],
    buckets: COMMIT_SECONDS,
    registers,
  });
  new Gauge({
    name: "counterpart_events_waiting",
    help: "Events that wait for their commit",
    labelNames: ["lane"],
    registers,
    collect() {
      for (const [lane, count] of Object.entries(waiting() ?? {})) this.set({ lane }, count);
    },
  });
  return {
    registry,
    ...sessionMetrics(registry),
    async submit(ingest, submission) {
      const started = performance.now();
      const items = await ingest.submit(submission);
      commits.observe({ lane: submission.lane }, (performance.now() - started) / 1000);
      countByOutcome(events, items);
      return items;
    },
    observeRequest(route, method, status, seconds) {
      requests.observe({ route, method, status }, seconds);
    },
  };
}

function countByOutcome(counter: Counter<"outcome">, items: readonly ItemOutcome[]): void {
  const counts = new Map<string, number>();
  for (const { outcome } of items) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  for (const [outcome, count] of counts) counter.inc({ outcome }, count);
}

function sessionMetrics(
  registry: Registry,
): Pick<Metrics, "countSessionRecords" | "countSessions" | "noteSessions"> {
  const registers = [registry];
  const records = new Counter({
    name: "counterpart_session_records_total",
    help: "Records of sessions that came over HTTP, by what became of them",
    labelNames: ["outcome"],
    registers,
  });
  const settled = new Counter({
    name: "counterpart_sessions_settled_total",
    help: "Sessions that ended, by what became of them",
    labelNames: ["state"],
    registers,
  });
  const open = new Gauge({
    name: "counterpart_sessions_open",
    help: "Sessions whose stop has not come, counted no further than 100,000",
    registers,
  });
  const overdue = new Gauge({
    name: "counterpart_sessions_overdue_seconds",
    help: "How long the longest due session has waited to be charged",
    registers,
  });
  return {
    countSessionRecords: (items) => countByOutcome(records, items),
    countSessions(tally) {
      for (const [state, count] of Object.entries(tally))
        if (count > 0) settled.inc({ state }, count);
    },
    noteSessions(gauges) {
      open.set(gauges.open);
      overdue.set(gauges.secondsOverdue);
    },
  };
}

/** One line in the log and one observation for each request: its route, never its URL. */
export function observeRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook("onResponse", async (request, reply) => {
    const { url: route = "none" } = request.routeOptions;
    const status = reply.statusCode;
    metrics.observeRequest(route, request.method, status, reply.elapsedTime / 1000);
    const entry = { method: request.method, route, status, ms: Math.round(reply.elapsedTime) };
    // Successful ingest is the mass of all requests and has its own metrics.
    const isIntake = route === "/v1/events" || route === "/v1/sessions";
    const level = isIntake && status < 400 ? "debug" : "info";
    request.log[level]({ ...entry, key: request.apiKey?.id }, "answered");
  });
}
