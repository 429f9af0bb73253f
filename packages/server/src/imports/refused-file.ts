/** The lines of an import that cannot be events, as CSV. */
import { type FileHandle, open } from "node:fs/promises";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import { stringify } from "csv-stringify/sync";
import { unwritable } from "../platform/file-trouble.ts";

export interface RefusedLine {
  /** Within the directory; empty when one file is imported. */
  readonly file: string;
  readonly line: number;
  readonly code: RefusalCode;
  readonly detail: string;
}

export interface RefusedFile {
  /** Length after the lines that were written. */
  readonly bytes: () => number;
  append(lines: readonly RefusedLine[]): Promise<void>;
  close(): Promise<void>;
}

const HEADER = ["file", "line", "code", "detail"];

/**
 * Begins the file anew, or goes on after its first `keptBytes`: an import that is resumed writes
 * the lines again that nobody had noted. Refuses `import.file-unwritable`.
 */
export async function openRefusedFile(path: string, keptBytes: number): Promise<RefusedFile> {
  const handle = await open(path, "a+").catch((error: unknown) => {
    throw unwritable(path, error);
  });
  const { size } = await handle.stat();
  let bytes = keptBytes <= size ? keptBytes : 0;
  await handle.truncate(bytes);
  if (bytes === 0) bytes += await write(handle, [HEADER]);
  return {
    bytes: () => bytes,
    async append(lines) {
      if (lines.length === 0) return;
      bytes += await write(
        handle,
        lines.map(({ file, line, code, detail }) => [file, String(line), code, detail]),
      );
    },
    close: () => handle.close(),
  };
}

async function write(handle: FileHandle, rows: readonly (readonly string[])[]): Promise<number> {
  // Formulas in a detail are escaped: the file is made to be opened in a spreadsheet.
  const text = stringify(
    rows.map((row) => [...row]),
    { escape_formulas: true },
  );
  await handle.appendFile(text);
  return Buffer.byteLength(text);
}
