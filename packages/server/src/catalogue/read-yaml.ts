import {
  type CatalogueProblem,
  type Path,
  type ProblemCode,
  type ProblemDetail,
  problem,
} from "@counterpart/domain/catalogue/problems.ts";
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from "yaml";

export interface YamlPosition {
  readonly line: number;
  readonly column: number;
}

export interface YamlText {
  /**
   * Plain objects, lists, texts, whole numbers, booleans and null; null if the text is malformed.
   */
  readonly value: unknown;
  readonly problems: readonly (CatalogueProblem & YamlPosition)[];
  /** Where the key or item of a path stands, or the deepest part of the path that is there. */
  readonly locate: (path: Path) => YamlPosition;
}

export const DEPTH_MAX = 64;

/**
 * Reads one YAML 1.2 document. Numbers with a point or an exponent stay the text that they are
 * written as, because binary fractions are not exact; only in a JSON Schema they are numbers.
 */
export function readYaml(text: string): YamlText {
  const counter = new LineCounter();
  const positionOf = (offset: number): YamlPosition => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const reading: Reading = { problems: [], positionOf };
  const document = parseDocument(text, {
    lineCounter: counter,
    // With "silent" the library would also keep quiet about a second document.
    logLevel: "error",
    prettyErrors: false,
    // The library compares each key with every other one; the walk below needs a set.
    uniqueKeys: false,
  });
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    if (code === "MULTIPLE_DOCS") tell(reading, [], pos[0], "catalogue.several-documents", {});
    else if (code === "TAG_RESOLVE_FAILED") {
      const tag = text.slice(...pos).replace(/^!+/, "");
      tell(reading, [], pos[0], "catalogue.tag", { tag });
    } else {
      const why = message.replace(/\.$/, "");
      tell(reading, [], pos[0], "catalogue.malformed-yaml", { why });
    }
  }
  const root = document.contents;
  const isSound = reading.problems.length === 0;
  const value = isSound ? plainOf(reading, root, []) : null;
  return { value, problems: reading.problems, locate: (path) => locate(root, path, positionOf) };
}

interface Reading {
  readonly problems: (CatalogueProblem & YamlPosition)[];
  readonly positionOf: (offset: number) => YamlPosition;
}

function tell<Code extends ProblemCode>(
  { problems, positionOf }: Reading,
  path: Path,
  offset: number,
  code: Code,
  detail: ProblemDetail<Code>,
): void {
  problems.push({ ...problem(path, code, detail), ...positionOf(offset) });
}

function plainOf(reading: Reading, node: ParsedNode | null, path: Path): unknown {
  if (node === null) return null;
  const offset = node.range[0];
  if (path.length > DEPTH_MAX) {
    tell(reading, path, offset, "catalogue.too-deep", { depthMax: DEPTH_MAX });
    return null;
  }
  // An alias can stand for a million nodes, and a problem in it would have two places.
  if (isAlias(node) || node.anchor !== undefined) {
    tell(reading, path, offset, "catalogue.alias", {});
    return null;
  }
  if (isMap<ParsedNode, ParsedNode | null>(node)) return objectOf(reading, node, path);
  if (isSeq<ParsedNode>(node)) {
    return node.items.map((item, at) => plainOf(reading, item, [...path, at]));
  }
  return scalarOf(reading, node, path);
}

type ParsedMap = YAMLMap<ParsedNode, ParsedNode | null>;

function objectOf(reading: Reading, map: ParsedMap, path: Path): Readonly<Record<string, unknown>> {
  const object: Record<string, unknown> = {};
  for (const { key, value } of map.items) {
    const offset = key.range[0];
    const name = isScalar(key) && key.value !== null ? sourceOf(key) : null;
    if (name === null) tell(reading, path, offset, "catalogue.key-not-text", {});
    else if (Object.hasOwn(object, name)) {
      tell(reading, [...path, name], offset, "catalogue.key-twice", { key: name });
    } else if (name === "__proto__") {
      // Setting it would change what the object is instead of what it holds.
      tell(reading, [...path, name], offset, "catalogue.unknown-key", { key: name });
    } else {
      checkText(reading, name, offset, path);
      object[name] = plainOf(reading, value, [...path, name]);
    }
  }
  return object;
}

/** A key is what is written: `49` and `0049` are two keys. */
function sourceOf(key: Scalar): string {
  return typeof key.value === "string" ? key.value : (key.source ?? String(key.value));
}

function scalarOf(reading: Reading, node: Scalar.Parsed, path: Path): unknown {
  const { value } = node;
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") {
    const isInSchema = path[0] === "eventTypes" && path[2] === "schema";
    const isCanonical = Number.isSafeInteger(value) && String(value) === node.source;
    return isInSchema || isCanonical ? value : node.source;
  }
  const text = typeof value === "string" ? value : node.source;
  checkText(reading, text, node.range[0], path);
  return text;
}

function checkText(reading: Reading, text: string, offset: number, path: Path): void {
  if (isStorable(text)) return;
  tell(reading, path, offset, "catalogue.text-not-storable", {});
}

/** PostgreSQL refuses NUL, and half a surrogate pair has no UTF-8. */
export function isStorable(text: string): boolean {
  return !text.includes("\0") && !/\p{Cs}/u.test(text);
}

function locate(
  root: ParsedNode | null,
  path: Path,
  positionOf: (offset: number) => YamlPosition,
): YamlPosition {
  let node = root;
  let offset = root?.range[0] ?? 0;
  for (const key of path) {
    if (isMap<ParsedNode, ParsedNode | null>(node)) {
      const pair = node.items.find(
        (item) => isScalar(item.key) && sourceOf(item.key) === String(key),
      );
      if (pair === undefined) break;
      offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq<ParsedNode>(node)) {
      const item = node.items[Number(key)];
      if (item === undefined) break;
      offset = item.range[0];
      node = item;
    } else break;
  }
  return positionOf(offset);
}
