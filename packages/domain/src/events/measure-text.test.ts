import { expect, test } from "vitest";
import { BUILT_IN_TYPES } from "./built-in-types.ts";
import { compileMeasures, measureEvent } from "./measure-event.ts";

function measure(type: string, data: Record<string, unknown>) {
  return measureEvent({ measures: compileMeasures(BUILT_IN_TYPES[type]!) }, data, {});
}

const SMS = { direction: "outbound", from: "ACME", to: "4915112345678", status: "submitted" };

test.each<[object, number, string, string]>([
  [{ text: "a".repeat(161) }, 2, "gsm7", "none"],
  [{ text: `It’s ${"a".repeat(66)}` }, 2, "ucs2", "none"],
  [{ text: `It’s ${"a".repeat(66)}`, smartEncoding: true }, 1, "gsm7", "smart"],
  [{ text: "It’s", smartEncoding: "true", referenceBits: "16" }, 1, "gsm7", "smart"],
  [{ text: "plain", smartEncoding: true }, 1, "gsm7", "none"],
  [{ text: "a".repeat(306) }, 2, "gsm7", "none"],
  [{ text: "a".repeat(306), senderType: "tollFree" }, 3, "gsm7", "none"],
  [{ text: "a".repeat(306), senderType: "tollFree", referenceBits: 8 }, 2, "gsm7", "none"],
  [{ text: "a".repeat(306), referenceBits: 16 }, 3, "gsm7", "none"],
  [{ text: "a".repeat(161), segments: "2", encoding: "gsm7" }, 2, "gsm7", "none"],
  [{ text: "" }, 1, "gsm7", "none"],
])(
  "an SMS with %j has %i segments, %s, smart encoding: %s",
  (data, segments, encoding, applied) => {
    expect(measure("sms.message", { ...SMS, ...data })).toMatchObject({
      quantities: { segments, messages: 1 },
      counted: { segments, encoding, encodingApplied: applied },
    });
  },
);

test("an SMS that brings its segments is taken at its word", () => {
  expect(measure("sms.message", { ...SMS, segments: 3 })).toMatchObject({
    quantities: { segments: 3 },
    counted: null,
  });
});

test.each<[object, string, string]>([
  [
    { text: "a".repeat(161), segments: 1 },
    "event.count-not-of-text",
    "segments: the event says 1, the text 2",
  ],
  [
    { text: "secret", encoding: "ucs2" },
    "event.count-not-of-text",
    "encoding: the event says ucs2, the text gsm7",
  ],
  [{ text: "a".repeat(255 * 153 + 1) }, "event.text-too-long", "text: 256 segments"],
  [{ text: "ж".repeat(255 * 67 + 1) }, "event.text-too-long", "text: 256 segments"],
])("an SMS is refused without a word of its text: case %#", (data, refused, detail) => {
  expect(measure("sms.message", { ...SMS, ...data })).toEqual({ refused, detail });
});

test("the longest message there is has 255 segments", () => {
  const data = { ...SMS, text: "a".repeat(255 * 153) };
  expect(measure("sms.message", data)).toMatchObject({ quantities: { segments: 255 } });
});

test("characters of a text are code points", () => {
  const type = {
    title: "Speech",
    schema: { type: "object" },
    channel: "speech",
    quantities: {
      characters: { field: "characters", text: { field: "words", as: "characters" } },
    },
    dimensions: {},
  } as const;
  const measured = measureEvent({ measures: compileMeasures(type) }, { words: "añ😜" }, {});
  expect(measured).toMatchObject({ quantities: { characters: 3 }, counted: { characters: 3 } });
});

test("what a conversation did not use counts 0, and what a message has no size for does not count", () => {
  expect(measure("ai.conversation", { mode: "chat", outputTokens: 120 })).toMatchObject({
    quantities: { conversations: 1, outputTokens: 120, inputTokens: 0, milliseconds: 0 },
  });
  const mms = measure("mms.message", { ...SMS, media: 2 });
  expect("quantities" in mms && mms.quantities).toEqual({ messages: 1, media: 2 });
});
