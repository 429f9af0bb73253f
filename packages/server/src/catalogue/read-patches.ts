/**
 * Overrides and ramps name single fields of a price. What they make of it must have the shape of a price
 * too, and their values are kept as the schema reads them: `rate: 0.0079` as its digits.
 */
import type {
  Agreement,
  AgreementVersion,
  Price,
  PricePatch,
  RampStep,
  Term,
  TermOverride,
} from "@counterpart/domain/catalogue/catalogue.ts";
import { overrideTerm, patchPrice } from "@counterpart/domain/catalogue/patch-price.ts";
import type { CatalogueProblem, Path } from "@counterpart/domain/catalogue/problems.ts";
import type { Bundle } from "./catalogue-schema.ts";
import { priceSchema } from "./price-schema.ts";
import { problemsOfIssues } from "./schema-problems.ts";

/** The plans and agreements of a bundle with their patches read, and what is wrong with these. */
export function readPatches({ plans, agreements }: Pick<Bundle, "plans" | "agreements">): {
  readonly plans: Record<string, { readonly title?: string | undefined; terms: Term[] }>;
  readonly agreements: Record<string, Agreement>;
  readonly problems: readonly CatalogueProblem[];
} {
  const problems: CatalogueProblem[] = [];
  const tell: Tell = (found) => problems.push(...found);
  const readPlans = mapValues(plans, (plan, id) => ({
    ...plan,
    terms: readTerms(plan.terms, ["plans", id, "terms"], tell),
  }));
  const readAgreements = mapValues(agreements, (agreement, id) => ({
    ...agreement,
    versions: agreement.versions.map((version, at): AgreementVersion => {
      const path = ["agreements", id, "versions", at];
      const { terms, overrides, plan } = version;
      const planned = plan !== undefined && Object.hasOwn(readPlans, plan) ? readPlans[plan] : null;
      return {
        ...version,
        ...(terms === undefined ? {} : { terms: readTerms(terms, [...path, "terms"], tell) }),
        ...(overrides === undefined
          ? {}
          : {
              overrides: mapValues(overrides, (override, term) => {
                const of = planned?.terms.find((one) => one.id === term);
                return of === undefined
                  ? override
                  : readOverride(of, override, [...path, "overrides", term], tell);
              }),
            }),
      };
    }),
  }));
  return { plans: readPlans, agreements: readAgreements, problems };
}

type Tell = (problems: readonly CatalogueProblem[]) => void;

function mapValues<From, To>(
  map: Readonly<Record<string, From>>,
  read: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, read(value, key)]));
}

function readTerms(terms: readonly Term[], path: Path, tell: Tell): Term[] {
  return terms.map((term, at) => readRamp(term, [...path, at], tell));
}

function readRamp<Ramped extends Pick<Term, "ramp">>(
  term: Ramped & { readonly price: Price },
  path: Path,
  tell: Tell,
): Ramped & { readonly price: Price } {
  const { ramp } = term;
  if (ramp === undefined) return term;
  let { price } = term;
  const read = ramp.map((step, at): RampStep => {
    const [next, patch] = readPatch(price, step.price, [...path, "ramp", at, "price"], tell);
    price = next;
    return { ...step, price: patch };
  });
  return { ...term, ramp: read };
}

function readOverride(term: Term, override: TermOverride, path: Path, tell: Tell): TermOverride {
  const { price: patch } = override;
  const price =
    patch === undefined ? undefined : readPatch(term.price, patch, [...path, "price"], tell)[1];
  const read = { ...override, ...(price === undefined ? {} : { price }) };
  // The plan's own ramp goes on from the price that is overridden.
  const { ramp } = readRamp(overrideTerm(term, read), path, tell);
  return override.ramp === undefined ? read : { ...read, ramp };
}

/** The price that a patch makes, and the patch with its values as the schema reads them. */
function readPatch(
  price: Price,
  patch: PricePatch,
  path: Path,
  tell: Tell,
): readonly [Price, PricePatch] {
  const parsed = priceSchema.safeParse(patchPrice(price, patch), { reportInput: true });
  if (!parsed.success) {
    const found = problemsOfIssues(parsed.error.issues);
    tell(found.map((each) => ({ ...each, path: [...path, ...each.path] })));
    return [price, patch];
  }
  const values = new Map<string, unknown>(Object.entries(parsed.data));
  const read = Object.entries(patch).map(([key, value]) => [key, values.get(key) ?? value]);
  return [parsed.data, Object.fromEntries(read)];
}
