/** Bytes of a price list to text: operators send what their spreadsheet writes. */
import { isUtf8 } from "node:buffer";
import { Refusal } from "@counterpart/domain/refusals.ts";

export const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "windows-1252", "latin1"] as const;

export type Encoding = (typeof ENCODINGS)[number];

/**
 * What windows-1252 has from 0x80 on, where latin1 has control characters that no list holds; a
 * blank stands for the five that it leaves open.
 */
const WINDOWS_1252 = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

const ZIP = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
const OLD_WORKBOOK = Buffer.from([0xd0, 0xcf, 0x11, 0xe0]);

/**
 * The text, without its byte order mark. A mark decides; without one it is the encoding that is
 * set, else UTF-8. Refuses `deck.file-not-csv` for a workbook and `deck.encoding-unclear`, which
 * says what to set.
 */
export function decodeText(bytes: Buffer, encoding?: Encoding): string {
  if (bytes.subarray(0, 4).equals(ZIP)) {
    throw new Refusal("deck.file-not-csv", { found: "a workbook (xlsx) or another zip file" });
  }
  if (bytes.subarray(0, 4).equals(OLD_WORKBOOK)) {
    throw new Refusal("deck.file-not-csv", { found: "an old workbook (xls)" });
  }
  const marked = markOf(bytes);
  const chosen = marked ?? encoding ?? detect(bytes);
  if (chosen === "utf-8" && !isUtf8(bytes)) {
    const at = firstBad(bytes);
    throw new Refusal("deck.encoding-unclear", {
      found: `line ${lineAt(bytes, at)} is not UTF-8`,
      set: "encoding: windows-1252 (Excel in Western Europe), latin1 or utf-16le",
    });
  }
  if (chosen === "windows-1252" || chosen === "latin1") {
    // Not by TextDecoder: some versions of Node.js read windows-1252 as if it were latin1.
    return bytes
      .toString("latin1")
      .replace(/[\u0080-\u009f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80]!);
  }
  try {
    return new TextDecoder(chosen, { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal("deck.encoding-unclear", { found: `the file is not ${chosen}` });
  }
}

function markOf(bytes: Buffer): Encoding | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return null;
}

/** Every second byte of Western text in UTF-16 is zero; no other encoding has zeros at all. */
function detect(bytes: Buffer): Encoding {
  const head = bytes.subarray(0, 512);
  if (!head.includes(0)) return "utf-8";
  const first = head.indexOf(0);
  throw new Refusal("deck.encoding-unclear", {
    found: "bytes that are zero, as in UTF-16, and no byte order mark",
    set: `encoding: ${first % 2 === 1 ? "utf-16le" : "utf-16be"}`,
  });
}

/** Where UTF-8 ends, by halving: good up to `good`, not any more at `bad`. */
function firstBad(bytes: Buffer): number {
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    // A character may be cut in the middle; up to three bytes are left out then.
    const isGood = [0, 1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, middle - cut)));
    if (isGood) good = middle;
    else bad = middle;
  }
  return good;
}

function lineAt(bytes: Buffer, at: number): number {
  let line = 1;
  for (const byte of bytes.subarray(0, at)) if (byte === 0x0a) line += 1;
  return line;
}
