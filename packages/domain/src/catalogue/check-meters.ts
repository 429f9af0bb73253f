import type { EventType } from "../events/event-type.ts";
import { percentOf } from "../meters/aggregate.ts";
import { type ExpressionChecks, filterNames } from "../meters/expression.ts";
import { type EventMeter, isDerived, type Meter } from "../meters/meter.ts";
import { attempt } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";

/** What a meter reads exists, and its expressions make sense and do not stand on each other in a circle. */
export function checkMeters(
  meters: Readonly<Record<string, Meter>>,
  types: ReadonlyMap<string, EventType>,
  expressions: ExpressionChecks,
  report: Report,
): void {
  const names = Object.keys(meters);
  const uses = new Map<string, readonly string[]>();
  for (const [id, meter] of Object.entries(meters)) {
    const path = ["meters", id];
    if (!NAME.test(id) || id in {}) report(path, "catalogue.meter-name", { id });
    if (!isDerived(meter)) {
      checkEventMeter(meter, types, expressions, path, report);
      continue;
    }
    const checked = expressions.derived(meter.derive, names);
    if ("uses" in checked) uses.set(id, checked.uses);
    else report([...path, "derive"], "catalogue.expression", { why: checked.why });
  }
  for (const id of uses.keys()) {
    const chain = findCircle(id, uses);
    if (chain === null) continue;
    report(["meters", id, "derive"], "catalogue.meter-cycle", { chain: chain.join(", ") });
  }
}

/** The way from a meter back to itself, or null. */
function findCircle(id: string, uses: ReadonlyMap<string, readonly string[]>): string[] | null {
  const seen = new Set<string>();
  const walk = (chain: readonly string[]): string[] | null => {
    for (const next of uses.get(chain.at(-1)!) ?? []) {
      if (next === id) return [...chain, id];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk([...chain, next]);
      if (found !== null) return found;
    }
    return null;
  };
  return walk([id]);
}

/** Names stand in expressions, so they hold no dash and no dot. */
const NAME = /^[a-z][A-Za-z0-9_]{0,62}$/;

function checkEventMeter(
  meter: EventMeter,
  types: ReadonlyMap<string, EventType>,
  expressions: ExpressionChecks,
  path: Path,
  report: Report,
): void {
  checkParameters(meter, path, report);
  const type = types.get(meter.on);
  if (type === undefined) {
    report([...path, "on"], "catalogue.event-type-unknown", { type: meter.on });
    return;
  }
  const dimensions = [
    ...Object.keys(meter.where ?? {}).map((name) => ["where", name, name]),
    ...(meter.by ?? []).map((name, at) => ["by", at, name]),
  ];
  for (const [key, at, name] of dimensions as [string, string | number, string][]) {
    if (name === "channel" || Object.hasOwn(type.dimensions, name)) continue;
    report([...path, key, at], "catalogue.dimension-unknown", { type: meter.on, dimension: name });
  }
  checkRead(meter, type, path, report);
  if (meter.filter === undefined) return;
  const why = expressions.filter(meter.filter, filterNames(type));
  if (why !== null) report([...path, "filter"], "catalogue.expression", { why });
}

/** Keys that only some aggregations have. */
function checkParameters(meter: EventMeter, path: Path, report: Report): void {
  const { aggregation, of, percentile } = meter;
  if ((of === undefined) !== (aggregation === "count")) {
    report(path, aggregation === "count" ? "catalogue.meter-of-unused" : "catalogue.meter-of", {
      aggregation,
    });
  }
  if (aggregation === "percentile") {
    const percent = attempt(() => percentOf(percentile ?? ""));
    if (percent === null || percent.numerator <= 0n || percent.numerator > percent.denominator) {
      report([...path, "percentile"], "catalogue.meter-percentile", { text: percentile ?? "" });
    }
  }
  const others = {
    percentile: aggregation === "percentile",
    per: aggregation === "timeWeighted",
    over: aggregation === "timeWeighted",
  };
  for (const key of ["percentile", "per", "over"] as const) {
    if (meter[key] === undefined || others[key]) continue;
    report([...path, key], "catalogue.meter-key-unused", { key, aggregation });
  }
}

function checkRead(meter: EventMeter, type: EventType, path: Path, report: Report): void {
  const { aggregation, of, per } = meter;
  const fields = filterNames(type).data;
  if (per !== undefined && !Object.hasOwn(fields, per)) {
    report([...path, "per"], "catalogue.field-unknown", { field: per });
  }
  if (of === undefined) return;
  if (aggregation === "uniqueCount") {
    if (!Object.hasOwn(fields, of))
      report([...path, "of"], "catalogue.field-unknown", { field: of });
    return;
  }
  const known = Object.hasOwn(type.quantities, of);
  if (!known)
    report([...path, "of"], "catalogue.quantity-unknown", { type: meter.on, quantity: of });
  const isTime = type.quantities[of]?.times === 1000 || of === "milliseconds";
  if (known && aggregation === "peakConcurrent" && !isTime) {
    report([...path, "of"], "catalogue.meter-not-time", { quantity: of });
  }
}
