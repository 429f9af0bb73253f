import type { BookType } from "@counterpart/domain/rating/book.ts";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** Checks data against the schema of its type, compiled when first needed. */
export interface SchemaChecks {
  /** The first thing that is wrong, as a JSON Pointer and a reason; null if nothing is. */
  check(type: BookType, data: Readonly<Record<string, unknown>>): string | null;
}

export function schemaChecks(): SchemaChecks {
  const ajv = new Ajv2020({
    allErrors: false,
    strict: false,
    allowUnionTypes: true,
    verbose: true,
  });
  addFormats.default(ajv);
  const compiled = new Map<BookType["body"], ValidateFunction>();
  return {
    check(type, data) {
      let validate = compiled.get(type.body);
      if (validate === undefined) {
        validate = ajv.compile(type.body.schema);
        compiled.set(type.body, validate);
      }
      if (validate(data)) return null;
      return describeErrors(validate.errors!).slice(0, 200);
    },
  };
}

/** The field is named, its value never: it may be personal. */
function describeErrors(errors: readonly ErrorObject[]): string {
  const first = errors[0]!;
  // Of alternatives that all fail, each has told its own error before.
  const last = errors.at(-1)!;
  const among = last.keyword === "anyOf" || last.keyword === "oneOf";
  if (among) return `${last.instancePath} must be ${describeAlternatives(last, errors)}`;
  const { instancePath, params, message = "is not valid" } = first;
  if (params.missingProperty !== undefined) {
    return `${instancePath}/${params.missingProperty} is missing`;
  }
  if (params.additionalProperty !== undefined) {
    return `${instancePath}/${params.additionalProperty} is no field of this type`;
  }
  return `${instancePath} ${message}`;
}

function describeAlternatives({ parentSchema }: ErrorObject, errors: readonly ErrorObject[]) {
  const described: unknown = parentSchema?.description;
  if (typeof described === "string") return described;
  const messages = errors.slice(0, -1).map(({ message = "valid" }) => message);
  return [...new Set(messages)].map((message) => message.replace(/^must be /, "")).join(" or ");
}
