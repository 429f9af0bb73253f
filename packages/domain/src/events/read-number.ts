import { assert } from "../assert.ts";
import type { DialPlan } from "../catalogue/source.ts";
import { COUNTRY_PREFIXES } from "./country-prefixes.ts";

/** A number as digits of E.164 without `+`, or one that exists only inside its own switch. */
export type NumberRead = { readonly e164: string } | { readonly internal: true };

/** E.164 allows 15 digits. Below 5 nothing is a number of the public network (handbook §2.6). */
const DIGITS_MAX = 15;
const DIGITS_MIN = 5;

/**
 * Reads a number as a source writes it (handbook §2.1), or null when it has no reading: withheld, a
 * name, too long. Spaces, dashes, dots, slashes and parentheses are passed over, `tel:` and `sip:`
 * forms are opened. Then, in this order: the longest prefix of `strip` is removed; `+` or an
 * international prefix makes it international; at most `internalDigitsMax` digits make it internal;
 * the national prefix, or a plan that has none, makes it national. Bare digits are otherwise taken
 * as E.164 already.
 *
 * Under calling code 1 ten digits are national, because there the national prefix is the calling
 * code.
 *
 * With `{ countryCode: "49", nationalPrefix: "0", internationalPrefixes: ["00"] }` the texts `030
 * 123456`, `0049 30 123456`, `+49 (0)30 123456` and `4930123456` all are 4930123456.
 */
export function readNumber(raw: string, plan: DialPlan): NumberRead | null {
  const text = isClean(raw) ? raw : compact(raw);
  const number = plan.strip === undefined ? text : withoutLongest(text, plan.strip);
  if (number.charCodeAt(0) === PLUS) return international(number, 1);
  for (const prefix of plan.internationalPrefixes ?? []) {
    if (number.startsWith(prefix)) return international(number, prefix.length);
  }
  if (number.length <= (plan.internalDigitsMax ?? 0) && isDigits(number, 0)) {
    return number === "" ? null : { internal: true };
  }
  const { countryCode, nationalPrefix } = plan;
  if (countryCode === undefined) return international(number, 0);
  if (countryCode === "1") return international(number.length === 10 ? `1${number}` : number, 0);
  if (nationalPrefix === undefined) return international(countryCode + number, 0);
  if (!number.startsWith(nationalPrefix)) return international(number, 0);
  return international(countryCode + number.slice(nationalPrefix.length), 0);
}

const PLUS = 0x2b;
const ZERO = 0x30;
const NINE = 0x39;

function isDigits(text: string, from: number): boolean {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}

function isClean(text: string): boolean {
  return isDigits(text, text.charCodeAt(0) === PLUS ? 1 : 0);
}

function international(number: string, from: number): NumberRead | null {
  const digits = number.length - from;
  if (digits < DIGITS_MIN || digits > DIGITS_MAX) return null;
  // No calling code begins with 0.
  if (number.charCodeAt(from) === ZERO || !isDigits(number, from)) return null;
  return { e164: from === 0 ? number : number.slice(from) };
}

function withoutLongest(text: string, prefixes: readonly string[]): string {
  let longest = 0;
  for (const prefix of prefixes) {
    if (prefix.length > longest && text.startsWith(prefix)) longest = prefix.length;
  }
  return longest === 0 ? text : text.slice(longest);
}

/** Longer texts are no numbers; the bound keeps the work on hostile input small. */
const TEXT_LENGTH_MAX = 256;

/**
 * The text without its URI form, separators and the `(0)` that some write after the calling code.
 */
function compact(raw: string): string {
  if (raw.length > TEXT_LENGTH_MAX) return "?";
  let text = raw.trim();
  const uri = /^(?:tel|sips?):/i.exec(text);
  if (uri !== null) text = text.slice(uri[0].length).replace(/[;@?].*$/s, "");
  if (/^(?:\+|00)/.test(text)) text = text.replace("(0)", "");
  return text.replace(/[\s.()/\u2010-\u2014-]+/g, "");
}

/**
 * Country of an E.164 number (digits only) as ISO 3166 code; null when no single country has it.
 */
export function countryOfNumber(e164: string): string | null {
  const { children, countries } = trie;
  let node = 0;
  let country: string | null = null;
  for (let i = 0; i < e164.length; i++) {
    node = children[node * 10 + e164.charCodeAt(i) - ZERO] ?? 0;
    if (node === 0) break;
    country = countries[node] ?? country;
  }
  return country;
}

interface CountryTrie {
  /** Ten children a node; 0 is none. */
  readonly children: Int16Array;
  readonly countries: readonly (string | null)[];
}

function compileTrie(table: string): CountryTrie {
  const children: number[] = new Array<number>(10).fill(0);
  const countries: (string | null)[] = [null];
  for (const token of table.trim().split(/\s+/)) {
    const [country, prefixes] = token.split(":") as [string, string];
    for (const prefix of prefixes.split(",")) {
      let node = 0;
      for (const digit of prefix) {
        const slot = node * 10 + Number(digit);
        let child = children[slot]!;
        if (child === 0) {
          child = countries.length;
          children[slot] = child;
          countries.push(null);
          for (let i = 0; i < 10; i++) children.push(0);
        }
        node = child;
      }
      assert(countries[node] === null, "a prefix has one country");
      countries[node] = country;
    }
  }
  return { children: Int16Array.from(children), countries };
}

const trie = compileTrie(COUNTRY_PREFIXES);
