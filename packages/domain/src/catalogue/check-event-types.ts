import type { DimensionRule, EventType } from "../events/event-type.ts";
import { measureOf } from "../events/measure-of.ts";
import { checkName } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";

/**
 * What an event type counts, splits by and hides is in its schema, and no built-in type is
 * replaced.
 */
export function checkEventTypes(
  eventTypes: Readonly<Record<string, EventType>>,
  builtInTypes: Readonly<Record<string, EventType>>,
  report: Report,
): void {
  for (const [id, type] of Object.entries(eventTypes)) {
    const path = ["eventTypes", id];
    if (Object.hasOwn(builtInTypes, id)) {
      report(path, "catalogue.event-type-built-in", { type: id });
    }
    checkSchema(type, path, report);
    checkQuantities(type, path, report);
    checkMeasure(id, type, path, report);
    for (const [name, rule] of Object.entries(type.dimensions)) {
      checkName(name, [...path, "dimensions", name], report);
      checkDimension(type, rule, [...path, "dimensions", name], report);
    }
    for (const [at, dimension] of (type.usage ?? []).entries()) {
      if (Object.hasOwn(type.dimensions, dimension)) continue;
      const detail = { type: id, dimension };
      report([...path, "usage", at], "catalogue.dimension-unknown", detail);
    }
    for (const key of ["numbers", "personal"] as const) {
      for (const [at, field] of (type[key] ?? []).entries()) {
        checkProperty(type, field, [...path, key, at], report);
      }
    }
    for (const dimension of namesIn(type.channel)) {
      if (Object.hasOwn(type.dimensions, dimension)) continue;
      report([...path, "channel"], "catalogue.channel-dimension-unknown", { dimension });
    }
    for (const field of namesIn(type.id ?? "")) {
      checkProperty(type, field, [...path, "id"], report);
    }
    checkLasts(id, type, [...path, "lasts"], report);
    checkDelivery(id, type, { ...builtInTypes, ...eventTypes }, [...path, "delivery"], report);
  }
}

/** What a template names in braces. */
function namesIn(template: string): readonly string[] {
  return Array.from(template.matchAll(/\{([^{}]*)\}/g), ([, name = ""]) => name);
}

/** What an event lasts is a quantity of its own that counts milliseconds. */
function checkLasts(
  id: string,
  { lasts, quantities }: EventType,
  path: Path,
  report: Report,
): void {
  if (lasts === undefined) return;
  if (!Object.hasOwn(quantities, lasts)) {
    report(path, "catalogue.quantity-unknown", { type: id, quantity: lasts });
  } else if (quantities[lasts]?.times !== 1000 && lasts !== "milliseconds") {
    report(path, "catalogue.meter-not-time", { quantity: lasts });
  }
}

/** A receipt names a message type that tells its delivery, and what state it follows. */
function checkDelivery(
  id: string,
  { delivery, dimensions }: EventType,
  types: Readonly<Record<string, EventType>>,
  path: Path,
  report: Report,
): void {
  if (delivery === undefined) return;
  const { status, after, of } = delivery;
  for (const [key, dimension] of Object.entries({ status, after })) {
    if (dimension === undefined || Object.hasOwn(dimensions, dimension)) continue;
    report([...path, key], "catalogue.dimension-unknown", { type: id, dimension });
  }
  if ((after === undefined) !== (of === undefined)) {
    report(path, "catalogue.receipt-incomplete", {});
  }
  if (of === undefined) return;
  if (!Object.hasOwn(types, of)) {
    report([...path, "of"], "catalogue.event-type-unknown", { type: of });
  } else if (types[of]!.delivery === undefined || types[of]!.delivery.of !== undefined) {
    report([...path, "of"], "catalogue.receipt-of-no-message", { type: of });
  }
}

function checkSchema(type: EventType, path: Path, report: Report): void {
  if (type.schema.type !== "object") {
    report([...path, "schema"], "catalogue.schema-not-object", {});
  }
}

function checkQuantities(type: EventType, path: Path, report: Report): void {
  const quantities = Object.entries(type.quantities);
  if (quantities.length === 0) report(path, "catalogue.type-without-quantity", {});
  for (const [name, rule] of quantities) {
    const at = [...path, "quantities", name];
    checkName(name, at, report);
    if (rule.field !== undefined) checkProperty(type, rule.field, [...at, "field"], report);
    for (const field of Object.keys(rule.when ?? {})) {
      checkProperty(type, field, [...at, "when", field], report);
    }
    if (rule.text !== undefined) {
      checkProperty(type, rule.text.field, [...at, "text", "field"], report);
      if (rule.field === undefined) report(at, "catalogue.text-without-field", {});
    }
  }
}

/** Which of several is counted must not follow from the order that names are stored in. */
function checkMeasure(id: string, type: EventType, path: Path, report: Report): void {
  const { measure, quantities } = type;
  if (measure === undefined && Object.keys(quantities).length > 1) {
    const detail = { counted: measureOf(type) };
    report([...path, "quantities"], "catalogue.measure-missing", detail);
  }
  if (measure !== undefined && !Object.hasOwn(quantities, measure)) {
    report([...path, "measure"], "catalogue.quantity-unknown", { type: id, quantity: measure });
  }
}

function checkDimension(type: EventType, rule: DimensionRule, path: Path, report: Report): void {
  if ("field" in rule) checkProperty(type, rule.field, [...path, "field"], report);
  if ("countryOf" in rule && !(type.numbers ?? []).includes(rule.countryOf)) {
    report([...path, "countryOf"], "catalogue.field-not-a-number", { field: rule.countryOf });
  }
  if ("originClassOf" in rule) {
    for (const key of ["originClassOf", "to"] as const) {
      const field = rule[key];
      if ((type.numbers ?? []).includes(field)) continue;
      report([...path, key], "catalogue.field-not-a-number", { field });
    }
  }
  if ("network" in rule) {
    for (const [at, field] of rule.network.entries()) {
      checkProperty(type, field, [...path, "network", at], report);
    }
  }
}

/** A schema that does not list its properties admits any. */
function checkProperty(type: EventType, field: string, path: Path, report: Report): void {
  const { properties } = type.schema;
  if (typeof properties !== "object" || properties === null) return;
  if (!Object.hasOwn(properties, field)) report(path, "catalogue.field-unknown", { field });
}
