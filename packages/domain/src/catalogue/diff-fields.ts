/** A value that differs. A side that is absent has no key: it is not the same as null. */
export interface FieldChange {
  /** Keys joined by dots; in lists the id, date or name of the item: `terms.sms-out.price.rate`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Every single value in which two plain objects differ. Lists of objects are compared by what their
 * items are known by, lists of texts as sets: an account that joins a list of thousands is one
 * change.
 */
export function diffFields(before: unknown, after: unknown): readonly FieldChange[] {
  const fields: FieldChange[] = [];
  compare(before, after, "", fields);
  return fields;
}

function compare(before: unknown, after: unknown, path: string, fields: FieldChange[]): void {
  if (Object.is(before, after)) return;
  if (isTexts(before) && isTexts(after)) {
    compareTexts(before, after, path, fields);
    return;
  }
  const [partsBefore, partsAfter] = [partsOf(before), partsOf(after)];
  const isAbsent = before === undefined || after === undefined;
  // A text where an object was, or the other way round, is one change and not one for each part.
  const isReplaced = !isAbsent && (partsBefore === null || partsAfter === null);
  const keys = new Set([...(partsBefore?.keys() ?? []), ...(partsAfter?.keys() ?? [])]);
  // Without parts there is still the difference between an empty list and none.
  if (isReplaced || (isAbsent && keys.size === 0)) {
    fields.push(fieldChange(path, before, after));
    return;
  }
  for (const key of keys) {
    const inner = path === "" ? key : `${path}.${key}`;
    compare(partsBefore?.get(key), partsAfter?.get(key), inner, fields);
  }
}

function fieldChange(path: string, before: unknown, after: unknown): FieldChange {
  return {
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function compareTexts(
  before: readonly string[],
  after: readonly string[],
  path: string,
  fields: FieldChange[],
): void {
  const [setBefore, setAfter] = [new Set(before), new Set(after)];
  const removed = before.filter((text) => !setAfter.has(text));
  const added = after.filter((text) => !setBefore.has(text));
  for (const text of removed) fields.push({ path, before: text });
  for (const text of added) fields.push({ path, after: text });
  const isReordered = removed.length === 0 && added.length === 0;
  if (isReordered && before.join("\0") !== after.join("\0")) fields.push({ path, before, after });
}

/** What an object or list consists of, by name; null for a single value. */
function partsOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (isTexts(value)) return value.length === 0 ? new Map() : null;
  if (Array.isArray(value)) {
    const name = ITEM_NAMES.find((key) => areKnownBy(value, key));
    return new Map(
      value.map((item: unknown, at) => [
        name === undefined ? String(at + 1) : String(property(item, name)),
        item,
      ]),
    );
  }
  if (typeof value !== "object" || value === null) return null;
  return new Map(Object.entries(value).filter(([, part]) => part !== undefined));
}

/** What the items of a list are known by: terms by id, versions by date, aliases by name. */
const ITEM_NAMES = ["id", "from", "name"] as const;

function areKnownBy(items: readonly unknown[], name: string): boolean {
  const names = items.map((item) => property(item, name));
  return names.every((text) => typeof text === "string") && new Set(names).size === names.length;
}

function property(item: unknown, name: string): unknown {
  if (typeof item !== "object" || item === null) return undefined;
  return Object.hasOwn(item, name) ? (item as Record<string, unknown>)[name] : undefined;
}
