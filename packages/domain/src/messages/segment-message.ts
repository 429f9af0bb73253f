/** How a text message is cut into the segments that it is sent and billed as (handbook §3.1). */

export type MessageEncoding = "gsm7" | "ucs2";

/** Bits of the number that ties the segments of a message together: 8, or 16 as toll-free uses. */
export type ReferenceBits = 8 | 16;

export interface Segmentation {
  readonly encoding: MessageEncoding;
  /** Septets (gsm7) or 16-bit code units (ucs2) of the whole text, without headers. */
  readonly units: number;
  /** Units that one segment of this message holds. */
  readonly perSegment: number;
  /** Where each segment ends in the text; as many as there are segments. */
  readonly ends: readonly number[];
  /** Units in the last segment. */
  readonly unitsOfLast: number;
}

/** GSM 03.38: the basic alphabet, one septet each, and the extension table, an escape and one more. */
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";

/** Septets by code unit; 0 for what GSM 7-bit does not have. The euro sign is the last of it. */
const SEPTETS = new Uint8Array("€".charCodeAt(0) + 1);
for (const character of BASIC) SEPTETS[character.charCodeAt(0)] = 1;
for (const character of EXTENSION) SEPTETS[character.charCodeAt(0)] = 2;

const SEGMENT_BITS = 140 * 8;
/** Octets of the header in each segment of a longer message, by the size of its reference. */
const HEADER_OCTETS = { 8: 6, 16: 7 } as const satisfies Record<ReferenceBits, number>;
const UNIT_BITS = { gsm7: 7, ucs2: 16 } as const satisfies Record<MessageEncoding, number>;

/**
 * Encoding and segments of a text as it is sent. One character outside GSM 7-bit makes all of it UCS-2. A
 * message that does not fit one segment (160 septets, 70 code units) is filled into segments of 153 or
 * 67, with 16-bit references 152 or 66; an escape pair or surrogate pair that would straddle two moves to
 * the next. So 152 letters, `€` and 152 letters are 306 septets in 3 segments. An empty text is one.
 */
export function segmentMessage(text: string, reference: ReferenceBits = 8): Segmentation {
  const septets = septetsOf(text);
  const encoding = septets === null ? "ucs2" : "gsm7";
  const units = septets ?? text.length;
  const single = capacity(encoding, 0);
  if (units <= single) {
    return { encoding, units, perSegment: single, ends: [text.length], unitsOfLast: units };
  }
  const perSegment = capacity(encoding, HEADER_OCTETS[reference]);
  return { encoding, units, perSegment, ...fill(text, encoding, perSegment) };
}

function capacity(encoding: MessageEncoding, headerOctets: number): number {
  return Math.floor((SEGMENT_BITS - headerOctets * 8) / UNIT_BITS[encoding]);
}

/** Null when a character is not in the alphabet. */
function septetsOf(text: string): number | null {
  let septets = 0;
  for (let at = 0; at < text.length; at++) {
    const more = SEPTETS[text.charCodeAt(at)] ?? 0;
    if (more === 0) return null;
    septets += more;
  }
  return septets;
}

function fill(
  text: string,
  encoding: MessageEncoding,
  perSegment: number,
): { readonly ends: number[]; readonly unitsOfLast: number } {
  const ends: number[] = [];
  let filled = 0;
  for (let at = 0; at < text.length; ) {
    const length = encoding === "ucs2" && isPair(text, at) ? 2 : 1;
    const units = encoding === "ucs2" ? length : SEPTETS[text.charCodeAt(at)]!;
    if (filled + units > perSegment) {
      ends.push(at);
      filled = 0;
    }
    filled += units;
    at += length;
  }
  ends.push(text.length);
  return { ends, unitsOfLast: filled };
}

function isPair(text: string, at: number): boolean {
  return isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1));
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
