import type { AgreementVersion, Plan, Term } from "./catalogue.ts";
import { overrideTerm } from "./patch-price.ts";
import type { Path } from "./problems.ts";

/** A term that is in force and where it is written: in the plan or in the version itself. */
export interface PlacedTerm {
  readonly term: Term;
  readonly path: Path;
}

/**
 * The terms of an agreement's version: those of its plan, each with what the version overrides or
 * replaced by its own term of the same id, then its own other terms. A plan that does not exist has
 * no terms.
 */
export function termsOfVersion(
  version: AgreementVersion,
  plans: Readonly<Record<string, Plan>>,
  versionPath: Path,
): readonly PlacedTerm[] {
  const placed = new Map<string, PlacedTerm>();
  const { plan } = version;
  if (plan !== undefined && Object.hasOwn(plans, plan)) {
    for (const [at, term] of plans[plan]!.terms.entries()) {
      const override = ownProperty(version.overrides, term.id);
      placed.set(
        term.id,
        override === undefined
          ? { term, path: ["plans", plan, "terms", at] }
          : {
              term: overrideTerm(term, override),
              path: [...versionPath, "overrides", term.id],
            },
      );
    }
  }
  for (const [at, term] of (version.terms ?? []).entries()) {
    placed.set(term.id, { term, path: [...versionPath, "terms", at] });
  }
  return [...placed.values()];
}

function ownProperty<Value>(
  map: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}
