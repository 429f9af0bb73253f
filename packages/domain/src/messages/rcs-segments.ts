/** Most UTF-8 octets in one segment of an RCS text message in the United States (handbook §1.2). */
const SEGMENT_OCTETS = 160;

/**
 * Segments of an RCS text message as it is billed in the United States: 300 octets of UTF-8 are 2. An
 * empty text is one.
 */
export function rcsSegments(text: string): number {
  return Math.max(1, Math.ceil(utf8Octets(text) / SEGMENT_OCTETS));
}

/** Octets of a text in UTF-8. Half of a surrogate pair counts as the character that replaces it. */
export function utf8Octets(text: string): number {
  let octets = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    octets += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return octets;
}
