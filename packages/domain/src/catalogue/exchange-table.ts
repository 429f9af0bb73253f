/**
 * In which state the exchanges of the North American plan are (handbook §2.7), in canonical form: a line
 * `code,state` for each, sorted, a header before them. A code is an area code, one with its exchange, or one
 * with the exchange's block of thousand: `212`, `212555`, `2125550`.
 */
export interface ExchangeTable {
  readonly csv: string;
}

export interface Exchange {
  readonly code: string;
  /** Two letters, such as `NY`. */
  readonly state: string;
}

const HEADER = "code,state";

/** One line for each code, whatever order they came in. */
export function exchangeTable(exchanges: readonly Exchange[]): ExchangeTable {
  const lines = exchanges.map(({ code, state }) => `${code},${state}`).sort();
  return { csv: [HEADER, ...lines, ""].join("\n") };
}

/** Of a table in canonical form. */
export function exchangesOf({ csv }: ExchangeTable): Exchange[] {
  const lines = csv.split("\n").slice(1, -1);
  return lines.map((line) => {
    const comma = line.indexOf(",");
    return { code: line.slice(0, comma), state: line.slice(comma + 1) };
  });
}
