/** The dimensions of an event, made once for all events that agree in their values. */
import { originClassOf } from "../voice/origin-class.ts";
import type { DimensionRule, EventType } from "./event-type.ts";
import { countryOfNumber } from "./read-number.ts";

/** Values by the name of their dimension; that of `channel` is always there. */
export type Dimensions = Readonly<Record<string, string | undefined>>;

/** Digits of E.164 by the name of their field. */
export type Numbers = Readonly<Record<string, string | undefined>>;

/** How a type's dimensions are measured, with those that were measured before. */
export interface DimensionMeasures {
  readonly rules: readonly (readonly [name: string, rule: DimensionRule])[];
  /** The channel's template cut at the names that it holds: each odd part is a name. */
  readonly channel: readonly string[];
  /** What the dimensions follow from, in the form that is quickest to read. */
  readonly inputs: readonly Input[];
  readonly root: DimensionNode;
  /** How many nodes are below the root; bounded by forgetting them all. */
  nodes: number;
}

/** Of one shape, so that reading it costs the same for each kind. */
interface Input {
  readonly kind: "field" | "countryOf" | "originClassOf";
  readonly field: string;
  /** Of an origin class that of the number called. */
  readonly to: string;
}

/** What the inputs so far lead to: by the next one, or after the last one to the dimensions. */
interface DimensionNode {
  dimensions: Dimensions | null;
  children: Map<string | undefined, DimensionNode> | null;
}

type Data = Readonly<Record<string, unknown>>;

/** Values of dimensions are cut here: they become part of keys. */
const DIMENSION_LENGTH_MAX = 64;

const NODES_MAX = 100_000;

/** `named`: the dimensions that something asks for; the others are left out. Absent: all of them. */
export function compileDimensions(
  { dimensions, channel }: EventType,
  named?: ReadonlySet<string>,
): DimensionMeasures {
  const rules = Object.entries(dimensions).filter(
    ([name]) => named === undefined || named.has(name) || channel.includes(`{${name}}`),
  );
  const inputs = rules.flatMap(([, rule]) => inputsOf(rule));
  return { rules, channel: cutTemplate(channel), inputs, root: newNode(), nodes: 0 };
}

function inputsOf(rule: DimensionRule): Input[] {
  if ("field" in rule) return [{ kind: "field", field: rule.field, to: "" }];
  if ("countryOf" in rule) return [{ kind: "countryOf", field: rule.countryOf, to: "" }];
  if ("originClassOf" in rule) {
    return [{ kind: "originClassOf", field: rule.originClassOf, to: rule.to }];
  }
  return rule.network.map((field) => ({ kind: "field", field, to: "" }));
}

/** Whether dimensions follow from the number in a field. */
export function isNumberOf({ inputs }: DimensionMeasures, field: string): boolean {
  return inputs.some((input) => {
    return input.kind !== "field" && (input.field === field || input.to === field);
  });
}

/** A text cut at the names in braces that it holds: each odd part is a name. */
export function cutTemplate(template: string): readonly string[] {
  return template.split(/\{(\w+)\}/);
}

/**
 * The dimensions of an event: one object for the same values, so that what follows from them can be worked
 * out once. Inputs are looked up one by one: joining them into a text would cost more.
 */
export function measureDimensions(
  measures: DimensionMeasures,
  data: Data,
  numbers: Numbers,
): Dimensions {
  if (measures.nodes >= NODES_MAX) {
    measures.root.children = null;
    measures.nodes = 0;
  }
  let node = measures.root;
  for (const input of measures.inputs) {
    const value = inputValue(input, data, numbers);
    if (value !== undefined && value.length > DIMENSION_LENGTH_MAX) {
      // A piece of a long text would keep the whole of it in memory.
      return dimensionsOf(measures, data, numbers);
    }
    node = childOf(measures, node, value);
  }
  node.dimensions ??= dimensionsOf(measures, data, numbers);
  return node.dimensions;
}

function newNode(): DimensionNode {
  return { dimensions: null, children: null };
}

function childOf(
  measures: DimensionMeasures,
  node: DimensionNode,
  value: string | undefined,
): DimensionNode {
  node.children ??= new Map();
  const known = node.children.get(value);
  if (known !== undefined) return known;
  const child = newNode();
  node.children.set(value, child);
  measures.nodes++;
  return child;
}

function inputValue({ kind, field, to }: Input, data: Data, numbers: Numbers): string | undefined {
  if (kind === "countryOf") return countryOf(numbers[field]);
  const value = data[field];
  if (kind === "originClassOf") {
    return originClassOf(typeof value === "string" ? value : "", numbers[field], numbers[to]);
  }
  return typeof value === "string" || value === undefined ? value : String(value);
}

function countryOf(number: string | undefined): string | undefined {
  return number === undefined ? undefined : (countryOfNumber(number) ?? undefined);
}

function dimensionsOf({ rules, channel }: DimensionMeasures, data: Data, numbers: Numbers) {
  const dimensions: Record<string, string | undefined> = {};
  for (const [name, rule] of rules) {
    const [first, second] = inputsOf(rule);
    let value = inputValue(first!, data, numbers);
    const part = second === undefined ? undefined : inputValue(second, data, numbers);
    if (value !== undefined && part !== undefined) value += `-${part}`;
    if (value !== undefined) dimensions[name] = value.slice(0, DIMENSION_LENGTH_MAX);
  }
  dimensions.channel = channelOf(channel, dimensions);
  return dimensions;
}

function channelOf(parts: readonly string[], dimensions: Dimensions): string {
  let channel = parts[0]!;
  for (let at = 1; at < parts.length; at += 2) {
    channel += (dimensions[parts[at]!] ?? "") + parts[at + 1]!;
  }
  return channel;
}
