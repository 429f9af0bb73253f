import type { Base, Catalogue, Price, Role } from "./catalogue.ts";
import { rampedPrices } from "./patch-price.ts";
import type { Path, Report } from "./problems.ts";
import { termsOfVersion } from "./terms-of-version.ts";

/**
 * Whose charges make up a base. A reseller is the customer of its own use, though not for what it pays of
 * its customers' charges. Margin is what the provider receives without what its suppliers cost.
 */
function rolesUnder(base: Base, role: Role): readonly Role[] {
  switch (base) {
    case "cost":
      return ["supplier"];
    case "customerCharge":
      return role === "reseller" ? ["customer"] : ["customer", "reseller"];
    case "parentCharge":
      return ["reseller"];
    case "margin":
      return ["customer", "reseller", "supplier"];
  }
}

/** Which role's terms stand on which other's, and the term that says so. */
type Stands = Map<Role, Map<Role, Path>>;

/**
 * Refuses charges that stand on each other in a circle, for each event type: if customers pay a
 * markup on the reseller's charge, no reseller can pay a percentage of its customers'. Told once a
 * circle.
 */
export function checkBases(catalogue: Catalogue, report: Report): void {
  for (const [type, stands] of findStands(catalogue)) {
    const reported = new Set<Role>();
    for (const start of stands.keys()) {
      const circle = findCircle(stands, start);
      if (circle === null || circle.some((role) => reported.has(role))) continue;
      for (const role of circle) reported.add(role);
      const path = stands.get(start)!.get(circle[1] ?? start)!;
      const chain = [...circle, start].join(" → ");
      report(path, "catalogue.base-cycle", { type, chain });
    }
  }
}

function findStands({ agreements, plans }: Catalogue): Map<string, Stands> {
  const byType = new Map<string, Stands>();
  for (const [id, agreement] of Object.entries(agreements)) {
    for (const [at, version] of agreement.versions.entries()) {
      const versionPath = ["agreements", id, "versions", at];
      for (const { term, path } of termsOfVersion(version, plans, versionPath)) {
        const bases = rampedPrices(term).map(baseOf);
        for (const base of bases) {
          if (base === null || term.on === undefined) continue;
          const stands = entryOf(byType, term.on, () => new Map());
          const under = entryOf(stands, agreement.role, () => new Map<Role, Path>());
          for (const role of rolesUnder(base, agreement.role)) {
            entryOf(under, role, () => [...path, "price"]);
          }
        }
      }
    }
  }
  return byType;
}

function baseOf(price: Price): Base | null {
  if (price.model === "percentage" || price.model === "graduatedShare") return price.of;
  return price.model === "markup" ? price.on : null;
}

/** The shortest way from `start` back to itself, without the return; null when there is none. */
function findCircle(stands: Stands, start: Role): Role[] | null {
  const ways: Role[][] = [[start]];
  const seen = new Set<Role>();
  for (const way of ways) {
    for (const role of stands.get(way.at(-1) ?? start)?.keys() ?? []) {
      if (role === start) return way;
      if (!seen.has(role)) ways.push([...way, role]);
      seen.add(role);
    }
  }
  return null;
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
