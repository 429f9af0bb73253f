/** Puts versions into the catalogue: into its directory, or into the catalogue in force. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { checkZone, instantOfDateOrInstant } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { stringify } from "yaml";
import { type Applied, applyCatalogue } from "../catalogue/apply-catalogue.ts";
import { deckRowsHash } from "../catalogue/deck-rows-hash.ts";
import { NOWHERE } from "../catalogue/locate-problem.ts";
import type { ReadCatalogue } from "../catalogue/resolve-bundle.ts";
import type { Database } from "../platform/database.ts";
import type { DeckShelf, OpenDeck, ShelfInForce } from "./deck-shelf.ts";
import { insertDeckVersion, versionFile } from "./edit-deck-yaml.ts";
import type { PlannedImport, VersionChange } from "./import-price-list.ts";
import { writeDeckCsv } from "./write-deck-csv.ts";

/**
 * Writes each version as a CSV of its own and names it in the deck's YAML; the YAML comes last, so
 * that a catalogue never names rows that are not there. Answers the files written, relative to the
 * directory. Refuses `deck.version-by-hand`.
 */
export async function storeInDirectory(
  directory: string,
  shelf: DeckShelf & { readonly read: ReadCatalogue },
  { deck: open, isNew, versions }: Pick<PlannedImport, "deck" | "isNew" | "versions">,
): Promise<readonly string[]> {
  if (isNew) return await storeNewDeck(directory, open, versions);
  const { file: yamlFile } = shelf.read.locate(["decks", open.name, "versions"]);
  if (yamlFile === null) throw new Refusal("deck.version-by-hand", { deck: open.name });
  const yamlPath = join(directory, yamlFile);
  let yaml = await readFile(yamlPath, "utf8");
  const before = yaml;
  const dates = open.versions.map(({ at }) => at);
  const written: [file: string, text: string][] = [];
  for (const version of versions) {
    const place = dates.findIndex((at) => at >= version.at);
    if (version.replaces) {
      const file = versionFile(yaml, open.name, place);
      if (file === null || isShared(shelf, open, place)) {
        throw new Refusal("deck.version-by-hand", { deck: open.name, from: version.from });
      }
      written.push([file, writeDeckCsv(version.rows)]);
      continue;
    }
    const text = writeDeckCsv(version.rows);
    const stem = csvStem(folderOf(yaml, open), open.name, version.from);
    const file = await freeFile(directory, stem, ".csv", text);
    const at = place === -1 ? dates.length : place;
    yaml = insertDeckVersion(yaml, open.name, at, { from: version.from, file });
    dates.splice(at, 0, version.at);
    written.push([file, text]);
  }
  for (const [file, text] of written) await writeWhole(join(directory, file), text);
  if (yaml !== before) await writeWhole(yamlPath, yaml);
  return [...written.map(([file]) => file), ...(yaml === before ? [] : [yamlFile])];
}

/** A deck that was made has a YAML file of its own: every one in the directory is read. */
async function storeNewDeck(
  directory: string,
  { name, deck }: OpenDeck,
  versions: readonly VersionChange[],
): Promise<readonly string[]> {
  const written: string[] = [];
  const entries: { from: string; file: string }[] = [];
  for (const { from, rows } of versions) {
    const text = writeDeckCsv(rows);
    const file = await freeFile(directory, csvStem("decks/", name, from), ".csv", text);
    await writeWhole(join(directory, file), text);
    entries.push({ from, file });
    written.push(file);
  }
  const yaml = stringify({ decks: { [name]: { ...deck, versions: entries } } });
  const file = await freeFile(directory, `decks/${name}`, ".yaml", yaml);
  await writeWhole(join(directory, file), yaml);
  return [...written, file];
}

function csvStem(folder: string, deck: string, from: string): string {
  return `${folder}${deck}-${from.replace(/[^0-9A-Za-z-]/g, "")}`;
}

/** Where the deck's other files are. */
function folderOf(yaml: string, { name, versions }: OpenDeck): string {
  for (const at of versions.keys()) {
    const file = versionFile(yaml, name, at);
    if (file?.includes("/")) return file.slice(0, file.lastIndexOf("/") + 1);
  }
  return "decks/";
}

/**
 * A name that nothing else has; a file with this very text may be left from an attempt before.
 */
async function freeFile(
  directory: string,
  stem: string,
  ending: ".csv" | ".yaml",
  text: string,
): Promise<string> {
  for (let number = 1; ; number++) {
    const file = `${stem}${number === 1 ? "" : `-${number}`}${ending}`;
    const there = await readFile(join(directory, file), "utf8").catch(() => null);
    if (there === null || there === text) return file;
  }
}

/** Whether another version has the same rows, and so perhaps the same file. */
function isShared({ catalogue }: DeckShelf, { name }: OpenDeck, place: number): boolean {
  const { rows } = catalogue.decks[name]!.versions[place]!;
  const all = Object.values(catalogue.decks).flatMap(({ versions }) => versions);
  return all.filter((version) => version.rows === rows).length > 1;
}

/** All of the file or none of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  await writeFile(draft, text);
  await rename(draft, path);
}

/**
 * Publishes the catalogue in force with the versions in it, as one change. Refuses `catalogue.changed`
 * when it is not the one any more that they were compared with.
 */
export async function storeInForce(
  database: Database,
  { catalogue, revision, stored }: ShelfInForce,
  { name, deck }: OpenDeck,
  versions: readonly VersionChange[],
  by: string,
): Promise<Applied> {
  const replaced = new Set(versions.map(({ from }) => from));
  const zone = catalogue.provider.timeZone;
  const made = versions.map(({ from, rows }) => ({ from, rows, hash: deckRowsHash(rows) }));
  const deckRows = new Map(made.map(({ rows, hash }) => [hash, rows]));
  const entries = [
    ...deck.versions.filter(({ from }) => !replaced.has(from)),
    ...made.map(({ from, hash }) => ({ from, rows: hash })),
  ];
  const sorted = entries.toSorted((a, b) => instantIn(zone, a.from) - instantIn(zone, b.from));
  const decks = { ...catalogue.decks, [name]: { ...deck, versions: sorted } };
  const next = { ...catalogue, decks };
  const read = { catalogue: next, deckRows, problems: [], locate: () => NOWHERE };
  const change = { read, by, dryRun: false, expectedRevision: revision, stored };
  return await applyCatalogue(database, change);
}

function instantIn(zone: string, from: string): number {
  return instantOfDateOrInstant(checkZone(zone), from);
}
