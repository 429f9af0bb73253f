import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";
import {
  type CatalogueProblem,
  type Path,
  problem,
} from "@counterpart/domain/catalogue/problems.ts";

export const YAML_BYTES_MAX = 16 * 1024 * 1024;
export const CSV_BYTES_MAX = 128 * 1024 * 1024;
const FILES_MAX = 10_000;

export interface YamlFiles {
  /** Relative, with forward slashes, in the order of their names. */
  readonly files: readonly string[];
  readonly problems: readonly CatalogueProblem[];
}

/**
 * Every *.yaml and *.yml in the tree. Names that start with a dot are not the catalogue's; a link
 * to a directory is not followed, because it could lead back.
 */
export async function listYamlFiles(
  directory: string,
  filesMax: number = FILES_MAX,
): Promise<YamlFiles> {
  const files: string[] = [];
  const pending = [""];
  for (const folder of pending) {
    const entries = await attemptIo(() =>
      readdir(join(directory, folder), { withFileTypes: true }),
    );
    if ("why" in entries) {
      const why = `${join(directory, folder)}: ${entries.why}`;
      return { files: [], problems: [problem([], "catalogue.unreadable", { why })] };
    }
    for (const entry of entries.value) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      if (entry.isDirectory()) pending.push(name);
      else if (/\.ya?ml$/.test(entry.name)) files.push(name);
      if (files.length + pending.length > filesMax) {
        const detail = { filesMax };
        return { files: [], problems: [problem([], "catalogue.too-many-files", detail)] };
      }
    }
  }
  return { files: files.sort(), problems: [] };
}

/** The UTF-8 text of a regular file inside the directory, or what is wrong with it. */
export async function readTextInside(
  directory: string,
  file: string,
  bytesMax: number,
  path: Path,
): Promise<string | CatalogueProblem> {
  const isRelative = !isAbsolute(file) && !/^[A-Za-z]:/.test(file) && !file.includes("\0");
  if (!isRelative || file.split(/[/\\]/).includes("..")) {
    return problem(path, "catalogue.file-outside", { file });
  }
  const found = await attemptIo(async () => {
    const [root, real] = await Promise.all([realpath(directory), realpath(join(directory, file))]);
    return { root, real, about: await stat(real) };
  });
  if ("why" in found) {
    if (found.why === NOT_THERE) return problem(path, "catalogue.file-missing", { file });
    return problem(path, "catalogue.unreadable", { why: found.why });
  }
  const { root, real, about } = found.value;
  // A link may lead anywhere; what counts is where it ends.
  if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) {
    return problem(path, "catalogue.file-outside", { file });
  }
  if (!about.isFile()) return problem(path, "catalogue.file-not-regular", { file });
  if (about.size > bytesMax) return problem(path, "catalogue.too-large", { bytesMax });
  const bytes = await attemptIo(() => readFile(real));
  if ("why" in bytes) return problem(path, "catalogue.unreadable", { why: bytes.why });
  return decode(bytes.value) ?? problem(path, "catalogue.not-utf8", {});
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const NOT_THERE = "it is not there";

/** What an author of a catalogue can put right; anything else is not theirs and is thrown. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: NOT_THERE,
  ENOTDIR: "it is not a directory",
  EACCES: "it may not be read",
  EPERM: "it may not be read",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
};

async function attemptIo<Value>(
  read: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly why: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const why = REASONS[code];
    if (why === undefined) throw error;
    return { why };
  }
}
