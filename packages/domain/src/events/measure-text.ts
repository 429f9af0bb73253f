import { rcsSegments } from "../messages/rcs-segments.ts";
import { type ReferenceBits, segmentMessage } from "../messages/segment-message.ts";
import { encodeSmartly } from "../messages/smart-encoding.ts";
import type { TextRule } from "./event-type.ts";
import type { Unmeasurable } from "./measure-event.ts";

/** Fields of `data` that a text makes known. */
export interface TextMeasured {
  readonly counted: Readonly<Record<string, string | number>>;
}

/** The number of a segment and of all of them is one octet each (GSM 03.40). */
const SMS_SEGMENTS_MAX = 255;

/**
 * What a text makes known: the count under the name `field`, and of an SMS also its `encoding` and the
 * `encodingApplied`. Refuses `event.text-too-long`, and `event.count-not-of-text` where the event says
 * otherwise itself. The text never appears in a detail.
 */
export function measureText(
  data: Readonly<Record<string, unknown>>,
  field: string,
  rule: TextRule,
): TextMeasured | Unmeasurable {
  const text = data[rule.field];
  if (typeof text !== "string") return { refused: "event.quantity-invalid", detail: rule.field };
  const counted = countText(text, field, rule, data);
  if (rule.as === "smsSegments" && Number(counted[field]) > SMS_SEGMENTS_MAX) {
    return { refused: "event.text-too-long", detail: `${rule.field}: ${counted[field]} segments` };
  }
  for (const [name, value] of Object.entries(counted)) {
    const given = data[name];
    if (given === undefined || String(given) === String(value)) continue;
    const detail = `${name}: the event says ${String(given).slice(0, 20)}, the text ${value}`;
    return { refused: "event.count-not-of-text", detail };
  }
  return { counted };
}

function countText(
  text: string,
  field: string,
  { as }: TextRule,
  data: Readonly<Record<string, unknown>>,
): Record<string, string | number> {
  switch (as) {
    case "characters":
      return { [field]: [...text].length };
    case "rcsSegments":
      return { [field]: rcsSegments(text) };
    case "smsSegments": {
      const sent = String(data.smartEncoding) === "true" ? encodeSmartly(text) : text;
      const { ends, encoding } = segmentMessage(sent, referenceOf(data));
      return {
        [field]: ends.length,
        encoding,
        encodingApplied: sent === text ? "none" : "smart",
      };
    }
  }
}

/** Toll-free numbers of the United States and Canada send with 16-bit references (handbook §3.1). */
function referenceOf(data: Readonly<Record<string, unknown>>): ReferenceBits {
  if (data.referenceBits !== undefined) return Number(data.referenceBits) === 16 ? 16 : 8;
  return data.senderType === "tollFree" ? 16 : 8;
}
