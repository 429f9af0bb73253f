import { formatDecimal } from "@counterpart/domain/decimal.ts";
import { group } from "../platform/progress.ts";

export interface ShownQuantity {
  readonly quantity: string;
  readonly unit: string;
}

/**
 * A quantity as people read it: milliseconds as seconds, which loses nothing; a share of an amount has none.
 */
export function plainQuantity({ quantity, unit }: ShownQuantity): ShownQuantity {
  if (unit === "") return { quantity: "", unit };
  if (unit !== "milliseconds") return { quantity, unit };
  return { quantity: formatDecimal(BigInt(quantity), 3), unit: "seconds" };
}

/** With thousands set apart and its unit: `184,475 seconds`. */
export function showQuantity(counted: ShownQuantity): string {
  const { quantity, unit } = plainQuantity(counted);
  const [whole = "", part] = quantity.split(".");
  if (whole === "") return "";
  return `${group(BigInt(whole))}${part === undefined ? "" : `.${part}`} ${unit}`;
}
