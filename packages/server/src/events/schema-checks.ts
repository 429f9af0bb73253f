import type { BookType } from "@counterpart/domain/rating/book.ts";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** Checks data against the schema of its type, compiled when first needed. */
export interface SchemaChecks {
  /** The first thing that is wrong, as a JSON Pointer and a reason; null if nothing is. */
  check(type: BookType, data: Readonly<Record<string, unknown>>): string | null;
}

export function schemaChecks(): SchemaChecks {
  const ajv = new Ajv2020({ allErrors: false, strict: false, allowUnionTypes: true });
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
      const error = validate.errors![0]!;
      const extra = error.params.additionalProperty ?? error.params.missingProperty;
      // The field is named, its value never: it may be personal.
      const where = extra === undefined ? error.instancePath : `${error.instancePath}/${extra}`;
      return `${where} ${error.message ?? "is not valid"}`.slice(0, 200);
    },
  };
}
