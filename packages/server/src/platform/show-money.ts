import { group } from "./progress.ts";

/** A money or amount text with its thousands set apart: -1,234.50. */
export function showMoney(text: string): string {
  const [whole = "", minor] = text.split(".");
  const shown = (whole.startsWith("-") ? "-" : "") + group(BigInt(whole.replace("-", "")));
  return minor === undefined ? shown : `${shown}.${minor}`;
}
