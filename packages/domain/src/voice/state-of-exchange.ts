import { type ExchangeTable, exchangesOf } from "../catalogue/exchange-table.ts";
import { finishTrie, growTrie, longestHead, NO_HEAD, setHead } from "../rating/digit-trie.ts";

/** The state of ten national digits; null: it is not known. */
export type StateOf = (national: string) => string | null;

const compiled = new WeakMap<ExchangeTable, StateOf>();

/**
 * The state by the longest code that the table has of a number: its block of thousand, its exchange or its
 * area code. What the table does not have is in no state, never guessed. A table is compiled once.
 */
export function stateOfExchange(table: ExchangeTable): StateOf {
  const known = compiled.get(table);
  if (known !== undefined) return known;
  const exchanges = exchangesOf(table);
  const growing = growTrie(null, new Int32Array(exchanges.length), 1, exchanges.length);
  for (const [at, { code }] of exchanges.entries()) setHead(growing, code, () => at);
  const trie = finishTrie(growing);
  const states = exchanges.map(({ state }) => state);
  const stateOf: StateOf = (national) => {
    const head = longestHead(trie, national);
    return head === NO_HEAD ? null : states[head]!;
  };
  compiled.set(table, stateOf);
  return stateOf;
}
