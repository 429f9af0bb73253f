/** Parts of the JSON Schemas of the built-in event types. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Ids of a platform's own things. */
export const TEXT: JsonSchema = { type: "string", minLength: 1, maxLength: 256 };
/** Names, categories and codes: open words, since platforms make new ones. */
export const SHORT_TEXT: JsonSchema = { type: "string", minLength: 1, maxLength: 64 };
/** As the platform writes it; the source's dial plan reads it. Empty for a withheld number. */
export const NUMBER: JsonSchema = { type: "string", maxLength: 256 };
export const COUNTRY: JsonSchema = { type: "string", pattern: "^[A-Z]{2}$" };
export const MCC: JsonSchema = { type: "string", pattern: "^[0-9]{3}$" };
export const MNC: JsonSchema = { type: "string", pattern: "^[0-9]{2,3}$" };

/** A JSON number or a decimal string: `61.25` or `"61.25"`. */
export const DECIMAL: JsonSchema = {
  description: "a number of zero or more, at most 15 digits before the point and 12 after it",
  anyOf: [
    { type: "number", minimum: 0 },
    { type: "string", pattern: "^[0-9]{1,15}(\\.[0-9]{1,12})?$" },
  ],
};

/** A whole number of 1 or more, or its decimal string. */
export const COUNT: JsonSchema = {
  description: "a whole number of 1 or more, at most 15 digits",
  anyOf: [
    { type: "integer", minimum: 1 },
    { type: "string", pattern: "^[1-9][0-9]{0,14}$" },
  ],
};

/** A whole number, 0 included, or its decimal string. */
export const WHOLE: JsonSchema = {
  description: "a whole number of zero or more, at most 15 digits",
  anyOf: [
    { type: "integer", minimum: 0 },
    { type: "string", pattern: "^(0|[1-9][0-9]{0,14})$" },
  ],
};

const ATTRIBUTES: JsonSchema = {
  type: "object",
  additionalProperties: {
    anyOf: [{ type: "string" }, { type: "number" }, { type: "boolean" }, { type: "null" }],
  },
};

/** Words that rules ask for; any other would be read by none. */
export function oneOf(...values: readonly string[]): JsonSchema {
  return { enum: values };
}

/** The schema of a flat `data`: the fields named here and `attributes`, nothing else. */
export function flat(
  required: Readonly<Record<string, JsonSchema>>,
  optional: Readonly<Record<string, JsonSchema>>,
): JsonSchema {
  return {
    type: "object",
    properties: { ...required, ...optional, attributes: ATTRIBUTES },
    required: Object.keys(required),
    additionalProperties: false,
  };
}
