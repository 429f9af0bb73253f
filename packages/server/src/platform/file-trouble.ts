import { Refusal } from "@counterpart/domain/refusals.ts";

/** A file of the caller that cannot be read, and what to do about it. */
export function unreadable(file: string, error: unknown): Refusal {
  return new Refusal("import.file-unreadable", { file, why: whyNot(error, ADVICE_TO_READ) });
}

/** A file that the caller wants written and that cannot be. */
export function unwritable(file: string, error: unknown): Refusal {
  return new Refusal("import.file-unwritable", { file, why: whyNot(error, ADVICE_TO_WRITE) });
}

type Advice = Readonly<Record<string, string>>;

const ADVICE_TO_READ: Advice = {
  ENOENT: "there is no such file; check its name and the directory that the command runs in",
  EACCES: "this user may not read it; check its permissions",
  EISDIR: "it is a directory; name a file",
};

const ADVICE_TO_WRITE: Advice = {
  ENOENT: "its directory is not there; make it, or name another file",
  ENOTDIR: "its directory is a file; name another one",
  EACCES: "this user may not write it; check the permissions of it and its directory",
  EISDIR: "it is a directory; name a file in it",
  EROFS: "the file system is read-only; name another one",
};

function whyNot(error: unknown, advice: Advice): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : advice[code]) ?? error.message;
}
