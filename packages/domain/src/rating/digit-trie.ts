/**
 * Digits to numbers, by the longest prefix. A node is eleven numbers in one array: what it leads to itself,
 * and its children. Where only one prefix goes on there is no node but what that prefix leads to and the rest
 * of its digits: of a large deck most of the memory, and each node is a place where memory is slow.
 */
import { assert } from "../assert.ts";

/** The first number of a node, and where its digits begin. */
const WIDTH = 11;
const DIGITS = 1;

export interface DigitTrie {
  /** Children are offsets of nodes where positive, `~head` where negative, 0 for none. */
  readonly nodes: Int32Array;
  /**
   * By head, `tailWidth` numbers apart: the digits of its prefix that no node is for, after a 1. They may
   * stand among other numbers of what is looked up, which are then read for nothing.
   */
  readonly tails: Int32Array;
  readonly tailWidth: number;
}

export interface GrowingTrie {
  nodes: Int32Array;
  end: number;
  /** Has a place for every head that is set. */
  tails: Int32Array;
  readonly tailWidth: number;
}

/** No prefix ends here. */
export const NO_HEAD = -1;

/** Starts with what `known` has, which stays as it is, or with nothing. Room is made as it is needed. */
export function growTrie(
  known: DigitTrie | null,
  tails: Int32Array,
  tailWidth: number,
  prefixes: number,
): GrowingTrie {
  const end = known?.nodes.length ?? WIDTH;
  const nodes = new Int32Array(end + (8 + Math.ceil(prefixes * 0.6)) * WIDTH);
  if (known === null) nodes[0] = NO_HEAD;
  else nodes.set(known.nodes);
  return { nodes, end, tails, tailWidth };
}

export function finishTrie({ nodes, end, tails, tailWidth }: GrowingTrie): DigitTrie {
  return { nodes: nodes.slice(0, end), tails, tailWidth };
}

/** Longer rests get nodes for their first digits: with the 1 before them they are one number. */
const TAIL_DIGITS_MAX = 8;

/** Lets a prefix lead to what `headOf` makes of what it leads to so far. */
export function setHead(
  trie: GrowingTrie,
  prefix: string,
  headOf: (before: number) => number,
): void {
  let node = 0;
  for (let i = 0; i < prefix.length; i++) {
    const slot = node + DIGITS + digitAt(prefix, i);
    const child = trie.nodes[slot]!;
    const isShort = prefix.length - i - 1 <= TAIL_DIGITS_MAX;
    const tail = isShort ? tailOf(prefix, i + 1) : 0;
    const isFree = child === 0 && isShort;
    if (isFree || (child < 0 && tail === trie.tails[~child * trie.tailWidth])) {
      const head = headOf(child === 0 ? NO_HEAD : ~child);
      trie.nodes[slot] = ~head;
      trie.tails[head * trie.tailWidth] = tail;
      return;
    }
    node = child > 0 ? child : splitSlot(trie, slot, child);
  }
  trie.nodes[node] = headOf(trie.nodes[node]!);
}

/** A node in place of a slot's single prefix, if it has one, which moves to where it goes on. */
function splitSlot(trie: GrowingTrie, slot: number, child: number): number {
  const node = newNode(trie);
  trie.nodes[slot] = node;
  if (child === 0) return node;
  const at = ~child * trie.tailWidth;
  const tail = trie.tails[at]!;
  if (tail === 1) {
    trie.nodes[node] = ~child;
    return node;
  }
  let place = 1;
  while (place * 10 <= tail) place *= 10;
  // Of 1712 the 7 goes first, and 112 is left.
  const first = Math.floor((tail - place) / (place / 10));
  trie.nodes[node + DIGITS + first] = child;
  trie.tails[at] = tail - place - first * (place / 10) + place / 10;
  return node;
}

function newNode(trie: GrowingTrie): number {
  if (trie.end === trie.nodes.length) {
    const nodes = new Int32Array(Math.ceil((trie.end * 1.5) / WIDTH) * WIDTH);
    nodes.set(trie.nodes);
    trie.nodes = nodes;
  }
  const node = trie.end;
  trie.end += WIDTH;
  trie.nodes[node] = NO_HEAD;
  return node;
}

/** What the longest prefix of `digits` leads to; NO_HEAD where there is none. */
export function longestHead({ nodes, tails, tailWidth }: DigitTrie, digits: string): number {
  let head = NO_HEAD;
  let node = 0;
  for (let i = 0; i < digits.length; i++) {
    const child = nodes[node + DIGITS + digitAt(digits, i)]!;
    if (child < 0) return goesOn(tails[~child * tailWidth]!, digits, i + 1) ? ~child : head;
    if (child === 0) break;
    if (nodes[child] !== NO_HEAD) head = nodes[child]!;
    node = child;
  }
  return head;
}

/** What the prefixes of `digits` lead to, the shortest first. */
export function headsOf({ nodes, tails, tailWidth }: DigitTrie, digits: string): number[] {
  const heads: number[] = [];
  let node = 0;
  for (let i = 0; i < digits.length; i++) {
    const child = nodes[node + DIGITS + digitAt(digits, i)]!;
    if (child < 0 && goesOn(tails[~child * tailWidth]!, digits, i + 1)) heads.push(~child);
    if (child <= 0) break;
    if (nodes[child] !== NO_HEAD) heads.push(nodes[child]!);
    node = child;
  }
  return heads;
}

/** Whether the digits from a place on begin with those of a prefix's rest. */
function goesOn(tail: number, digits: string, from: number): boolean {
  let read = 1;
  for (let i = from; read < tail && i < digits.length; i++) read = read * 10 + digitAt(digits, i);
  return read === tail;
}

function tailOf(prefix: string, from: number): number {
  let tail = 1;
  for (let i = from; i < prefix.length; i++) tail = tail * 10 + digitAt(prefix, i);
  return tail;
}

function digitAt(digits: string, at: number): number {
  const digit = digits.charCodeAt(at) - 48;
  assert(digit >= 0 && digit <= 9, "a number in E.164 form holds digits only");
  return digit;
}
