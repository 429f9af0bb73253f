/** Puts a version into a deck of a catalogue's YAML and leaves every other character as it is. */
import { Refusal } from "@counterpart/domain/refusals.ts";
import { isMap, isSeq, type Node, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";

export interface VersionEntry {
  readonly from: string;
  /** Path of the CSV, relative to the catalogue. */
  readonly file: string;
}

/**
 * The text with the entry at place `at` among the deck's versions. Comments, order and layout stay.
 * Refuses `deck.version-by-hand` when the text is not such that this can be done safely.
 */
export function insertDeckVersion(
  text: string,
  deck: string,
  at: number,
  { from, file }: VersionEntry,
): string {
  const versions = versionsOf(text, deck);
  const entry = `{ from: ${JSON.stringify(from)}, file: ${JSON.stringify(file)} }`;
  const edited =
    versions.flow === true
      ? insertIntoFlow(text, versions, at, entry)
      : insertIntoBlock(text, versions, at, entry);
  const before = (versions.toJSON() as unknown[]).slice();
  before.splice(at, 0, { from, file });
  const after = versionsOf(edited, deck).toJSON() as unknown;
  // What was written is read again: a layout that was misunderstood must not spoil a catalogue.
  if (JSON.stringify(after) !== JSON.stringify(before)) throw byHand(deck);
  return edited;
}

/** The file of a version that has one of its own with our columns, or null. */
export function versionFile(text: string, deck: string, at: number): string | null {
  const version = versionsOf(text, deck).items[at];
  if (!isMap(version)) return null;
  const { file, ...rest } = version.toJSON() as Record<string, unknown>;
  const isPlain = Object.keys(rest).every((name) => name === "from");
  return isPlain && typeof file === "string" ? file : null;
}

function versionsOf(text: string, deck: string): YAMLSeq {
  const versions = parseDocument(text).getIn(["decks", deck, "versions"], true);
  if (!isSeq(versions) || versions.items.length === 0) throw byHand(deck);
  return versions;
}

function byHand(deck: string): Refusal {
  return new Refusal("deck.version-by-hand", { deck });
}

function insertIntoFlow(text: string, { items }: YAMLSeq, at: number, entry: string): string {
  if (at < items.length) {
    const start = rangeOf(items[at]).start;
    return `${text.slice(0, start)}${entry}, ${text.slice(start)}`;
  }
  const { end } = rangeOf(items.at(-1));
  return `${text.slice(0, end)}, ${entry}${text.slice(end)}`;
}

function insertIntoBlock(text: string, { items }: YAMLSeq, at: number, entry: string): string {
  const first = rangeOf(items[0]).start;
  const dash = text.lastIndexOf("-", first);
  const indent = text.slice(text.lastIndexOf("\n", dash) + 1, dash);
  if (at === 0) {
    const line = text.lastIndexOf("\n", dash) + 1;
    return `${text.slice(0, line)}${indent}- ${entry}\n${text.slice(line)}`;
  }
  const previous = rangeOf(items[at - 1]);
  const content = text.slice(0, previous.end).trimEnd().length;
  // A comment behind the entry stays with it.
  const lineEnd = text.indexOf("\n", content);
  const end = lineEnd === -1 ? text.length : lineEnd;
  return `${text.slice(0, end)}\n${indent}- ${entry}${text.slice(end)}`;
}

function rangeOf(node: unknown): { readonly start: number; readonly end: number } {
  const range = (node as Node | YAMLMap).range;
  if (!range) throw new Refusal("deck.version-by-hand");
  return { start: range[0], end: range[1] };
}
