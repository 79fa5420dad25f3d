// What may be written at a place of a query, and what a word of it means; both from the schema the server told.
import type { HuntingSchema } from "../../api/types";
import { scopeOf, tokens } from "./scope";

export interface Suggestion {
  label: string;
  kind: "table" | "column" | "operator" | "function" | "word" | "name";
  detail: string;
  doc: string;
  /** What is written when it is chosen, where that is more than its name. */
  insert?: string;
  /** The likelier ones come first. */
  boost: number;
}

const PLAIN: readonly (readonly [word: string, doc: string])[] = [
  ["and", "Both"], ["or", "One of both"], ["has", "Has this whole word in it, whatever the case"],
  ["contains", "Has this text anywhere in it, whatever the case"], ["startswith", "Begins with this text"], ["endswith", "Ends with this text"],
  ["has_any", "Has one of these words"], ["has_all", "Has all of these words"], ["in", "Is one of these"], ["in~", "Is one of these, whatever the case"],
  ["!in", "Is none of these"], ["!has", "Does not have this word"], ["!contains", "Does not have this text"],
  ["between", "From … to, both included: between (a .. b)"], ["matches regex", "Matches this regular expression"],
];
const BY = ["by", "Groups, or the order: what follows says by what"] as const;
const ORDER: readonly (readonly [string, string])[] = [["asc", "The smallest first"], ["desc", "The largest first"]];

/** The word that ends at a place, and where it begins. */
export function wordBefore(text: string, at: number): { from: number; word: string } {
  const word = /[A-Za-z_$][\w$-]*[!~]?$/.exec(text.slice(0, at))?.[0] ?? "";
  return { from: at - word.length, word };
}

export function suggestions(text: string, at: number, schema: HuntingSchema): Suggestion[] {
  const { from } = wordBefore(text, at);
  const before = text.slice(0, from);
  const scope = scopeOf(before, schema.tables);
  if (scope.wanted === "none" || /\blet\s+$/.test(before)) return [];
  if (scope.wanted === "operator") {
    return schema.operators.map(({ name, form, doc }) => ({ label: name, kind: "operator", detail: form, doc, insert: `${name} `, boost: 0 }));
  }
  const named = scope.named.map((label): Suggestion => ({ label, kind: "name", detail: "let", doc: "Named in this query", boost: 2 }));
  if (scope.wanted === "source") {
    const tables = schema.tables.map(({ name, doc }): Suggestion => ({ label: name, kind: "table", detail: "table", doc, boost: 1 }));
    return [...named, ...tables];
  }
  const gathers = scope.operator === "summarize" && !/\bby\b[^|]*$/.test(before);
  return [
    ...scope.columns.map(({ name, type, doc }): Suggestion => ({ label: name, kind: "column", detail: type, doc, boost: 3 })),
    ...named,
    ...schema.functions.filter(({ aggregate }) => !aggregate || scope.operator === "summarize" || scope.operator === "make-series")
      .map(({ name, form, doc, aggregate }): Suggestion => ({ label: name, kind: "function", detail: form, doc, insert: `${name}(`, boost: aggregate && gathers ? 4 : 0 })),
    ...wordsFor(scope.operator).map(([label, doc]): Suggestion => ({ label, kind: "word", detail: "", doc, boost: 1 })),
  ];
}

/** What the word at a place is; nothing for what is not a word of the language. */
export function meaning(text: string, at: number, schema: HuntingSchema): (Suggestion & { from: number; to: number }) | undefined {
  const token = tokens(text).find(({ kind, from, to }) => kind === "name" && from <= at && at < to);
  if (!token) return undefined;
  const place = { from: token.from, to: token.to };
  const column = scopeOf(text.slice(0, token.from), schema.tables).columns.find(({ name }) => name === token.text);
  if (column) return { label: column.name, kind: "column", detail: column.type, doc: column.doc, boost: 0, ...place };
  const table = schema.tables.find(({ name }) => name === token.text);
  if (table) return { label: table.name, kind: "table", detail: "table", doc: table.doc, boost: 0, ...place };
  const called = /^\s*\(/.test(text.slice(token.to));
  const entry = (called ? schema.functions : schema.operators).find(({ name }) => name === token.text)
    ?? [...schema.operators, ...schema.functions].find(({ name }) => name === token.text);
  if (entry) return { label: entry.name, kind: called ? "function" : "operator", detail: entry.form, doc: entry.doc, boost: 0, ...place };
  const word = PLAIN.find(([name]) => name === token.text);
  return word ? { label: word[0], kind: "word", detail: "", doc: word[1], boost: 0, ...place } : undefined;
}

function wordsFor(operator: string | undefined): readonly (readonly [string, string])[] {
  switch (operator) {
    case "where": case "filter": return PLAIN;
    case "order": case "sort": case "top": return [BY, ...ORDER];
    case "summarize": case "distinct": return [BY];
    default: return operator === undefined ? [] : PLAIN.slice(0, 2);
  }
}
