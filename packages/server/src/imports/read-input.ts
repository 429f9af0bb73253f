/** Files and directories as bytes: found, fingerprinted, unpacked. */
import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { unreadable } from "../platform/file-trouble.ts";
import { unpackGzip } from "../platform/unpack-gzip.ts";
import { peekBytes } from "./peek-bytes.ts";

export interface InputFile {
  readonly path: string;
  /** Within the directory; empty when the input is this one file. */
  readonly name: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface Input {
  readonly files: readonly InputFile[];
  readonly bytes: number;
  /** SHA-256 of everything in it, as hexadecimal digits. */
  readonly fingerprint: string;
}

/** Part of the result: line numbers must not depend on it. */
const CHUNK_BYTES = 262_144;

/**
 * The file, or every file of the directory in the order of their names; hidden ones are left out.
 * All of it is read for the fingerprint, which costs a hundredth of an import: a part of a file may
 * be alike in two. Refuses `import.file-unreadable`.
 */
export async function findInput(path: string): Promise<Input> {
  const found = await statOf(path);
  const files = found.isDirectory() ? await filesOf(path) : [toFile(path, "", found)];
  const whole = createHash("sha256");
  let bytes = 0;
  for (const file of files) {
    const hash = await hashOf(file);
    if (file.name === "") return { files, bytes: file.bytes, fingerprint: hash };
    whole.update(`${file.name}\u0000${hash}\n`);
    bytes += file.bytes;
  }
  return { files, bytes, fingerprint: whole.digest("hex") };
}

async function filesOf(directory: string): Promise<InputFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files: InputFile[] = [];
  for (const path of paths.sort()) {
    const name = relative(directory, path);
    if (!/(?:^|[\\/])\./.test(name)) files.push(toFile(path, name, await statOf(path)));
  }
  return files;
}

function toFile(path: string, name: string, found: Stats): InputFile {
  if (!found.isFile()) throw unreadable(path, new Error("not a regular file"));
  return { path, name, bytes: found.size, modifiedMs: found.mtimeMs };
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function hashOf(file: InputFile): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunksOf(file)) hash.update(chunk);
  return hash.digest("hex");
}

/**
 * The bytes of the file, unpacked when it begins as gzip does, whatever its name is. `onBytes` is
 * told how many of its bytes were read. Refuses `import.file-changed`, `import.file-damaged` after
 * what could be unpacked, and `import.file-unreadable`.
 */
export async function* readInputFile(
  file: InputFile,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const { head, all } = await peekBytes(counted(file, onBytes), (_, length) => length >= 2);
  if (head[0] === 0x1f && head[1] === 0x8b) {
    yield* unpackGzip(all, (why) => new Refusal("import.file-damaged", { file: file.path, why }));
  } else yield* all;
  const { size, mtimeMs } = await statOf(file.path);
  if (size !== file.bytes || mtimeMs !== file.modifiedMs) {
    throw new Refusal("import.file-changed", { file: file.path });
  }
}

async function* counted(file: InputFile, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunksOf(file)) {
    onBytes(chunk.length);
    yield chunk;
  }
}

async function* chunksOf({ path }: InputFile): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      yield chunk as Buffer;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}
