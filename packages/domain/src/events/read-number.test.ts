import fc from "fast-check";
import { expect, test } from "vitest";
import type { DialPlan } from "../catalogue/source.ts";
import { countryOfNumber, readNumber } from "./read-number.ts";

const none: DialPlan = {};
const german: DialPlan = {
  countryCode: "49",
  nationalPrefix: "0",
  internationalPrefixes: ["00"],
  internalDigitsMax: 4,
};
const american: DialPlan = { countryCode: "1", internationalPrefixes: ["011"] };
const spanish: DialPlan = { countryCode: "34", internationalPrefixes: ["00"] };
const wholesale: DialPlan = { strip: ["77", "7700#"], internationalPrefixes: ["00"] };

test.each<[string, DialPlan, string, string]>([
  ["4930123456", none, "4930123456", "bare digits are E.164 already"],
  ["+4930123456", none, "4930123456", "so are digits behind a plus"],
  ["+49 (0)30 123-456", none, "4930123456", "separators and (0) are passed over"],
  ["+1 (212) 555.0142", none, "12125550142", "the American way of writing"],
  ["tel:+44-20-7946-0018;ext=12", none, "442079460018", "RFC 3966"],
  ["sip:+442079460018@gw.example;user=phone", none, "442079460018", "RFC 3261"],
  ["SIPS:442079460018@gw.example", none, "442079460018", "the scheme in capitals"],
  ["030 123456", german, "4930123456", "national"],
  ["0049 30 123456", german, "4930123456", "international"],
  ["+1 212 555 0142", german, "12125550142", "a plus is international in every plan"],
  ["4930123456", german, "4930123456", "neither prefix: E.164 already"],
  ["2125550142", american, "12125550142", "ten digits are national under calling code 1"],
  ["12125550142", american, "12125550142", "eleven are complete"],
  ["011442079460018", american, "442079460018", "011 is international there"],
  ["911234567", spanish, "34911234567", "a plan without national prefix adds the calling code"],
  ["7700#4930123456", wholesale, "4930123456", "the longest technical prefix is removed"],
  ["77004930123456", wholesale, "4930123456", "and then the number is read"],
  ["123456789012345", none, "123456789012345", "15 digits are the most"],
])("%s under %o is %s: %s", (raw, plan, e164) => {
  expect(readNumber(raw, plan)).toEqual({ e164 });
});

test.each<[string, DialPlan, string]>([
  ["1001", german, "an extension"],
  ["110", german, "a short number"],
  ["sip:1001@pbx.example", german, "an extension as URI"],
])("%s is internal: %s", (raw, plan) => {
  expect(readNumber(raw, plan)).toEqual({ internal: true });
});

test.each<[string, DialPlan, string]>([
  ["", none, "withheld"],
  ["", german, "withheld, where short numbers are internal"],
  ["anonymous", none, "withheld, by name"],
  ["sip:alice@example.org", none, "a name, not a number"],
  ["ACME", none, "an alphanumeric sender"],
  ["1234567890123456", none, "16 digits"],
  ["1234", none, "4 digits where nothing is internal"],
  ["+110", german, "a short number is not international"],
  ["0301234567", none, "no calling code begins with 0"],
  ["+0301234567", german, "nor behind a plus"],
  ["+49+30123456", none, "a second plus"],
  [`+4930${" ".repeat(300)}123456`, none, "a text of more than 256 characters"],
])("%s under %o has no reading: %s", (raw, plan) => {
  expect(readNumber(raw, plan)).toBeNull();
});

test("what was read is read the same again", () => {
  const text = fc.string({ unit: fc.constantFrom(..."0123456789+ -()#*;@a"), maxLength: 24 });
  const plan = fc.constantFrom(none, german, american, wholesale);
  fc.assert(
    fc.property(text, plan, (raw, source) => {
      const read = readNumber(raw, source);
      if (read === null || "internal" in read) return;
      expect(read.e164).toMatch(/^[1-9][0-9]{4,14}$/);
      expect(readNumber(`+${read.e164}`, source)).toEqual(read);
      expect(readNumber(read.e164, none)).toEqual(read);
    }),
  );
});

test.each<[string, string | null, string]>([
  ["4915112345678", "DE", "a whole calling code"],
  ["447400123456", "GB", "the United Kingdom"],
  ["441534712345", "JE", "Jersey shares its calling code"],
  ["447797712345", "JE", "also for mobiles"],
  ["441481256789", "GG", "Guernsey"],
  ["447624312345", "IM", "the Isle of Man"],
  ["12125550142", "US", "New York"],
  ["14165550142", "CA", "Toronto"],
  ["18765550142", "JM", "Jamaica is no part of the United States"],
  ["17875550142", "PR", "nor is Puerto Rico's code the mainland's"],
  ["18095550142", "DO", "the Dominican Republic"],
  ["18005550142", "US", "toll-free counts as US"],
  ["19995550142", null, "an area code that nobody has"],
  ["74951234567", "RU", "Russia"],
  ["77012345678", "KZ", "Kazakhstan"],
  ["3906698123456", "VA", "the Vatican"],
  ["390612345678", "IT", "Rome around it"],
  ["4779123456", "SJ", "Svalbard"],
  ["358181234567", "AX", "Åland"],
  ["262639123456", "YT", "Mayotte"],
  ["5997123456", "BQ", "Bonaire"],
  ["59991234567", "CW", "Curaçao"],
  ["38344123456", "XK", "Kosovo"],
  ["88213123456", null, "satellites orbit no country"],
  ["4", null, "an incomplete calling code"],
])("%s is in %s: %s", (number, country) => {
  expect(countryOfNumber(number)).toBe(country);
});
