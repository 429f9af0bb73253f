/** Ctrl-C stopped work before its end. The message says what was done, what is left and what goes on. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** The command as it was given, to be given again. */
export function sameCommand(): string {
  return ["counterpart", ...process.argv.slice(2).map(quoted)].join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
