/** A number that a double would change, kept as plain decimal digits. */
export class ExactNumber {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }
  toJSON(): string {
    return this.digits;
  }
}

/** Longest plain form that is written out: beyond it a number stays in the form it came in. */
const DIGITS_MAX = 1_000;

/**
 * A JSON number token without exponent, without a sign on zero and without zeros that mean nothing:
 * `1.50e3` is `1500`, `-0` is `0`. A token whose plain form is longer than 1,000 digits is kept as it is.
 */
export function plainDecimal(token: string): string {
  const [, sign, whole, fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token)!;
  const shift = Number(exponent);
  const digits = whole + fraction;
  if (Math.abs(shift) + digits.length > DIGITS_MAX) return token.toLowerCase();
  const point = whole!.length + shift;
  const before = point <= 0 ? "0" : digits.slice(0, point).padEnd(point, "0");
  const after = point <= 0 ? "0".repeat(-point) + digits : digits.slice(point);
  const integer = before.replace(/^0+(?=\d)/, "");
  const decimals = after.replace(/0+$/, "");
  const plain = decimals === "" ? integer : `${integer}.${decimals}`;
  return sign === "-" && plain !== "0" ? `-${plain}` : plain;
}
