// What a place in a query knows: which columns there are, and what kind of word is expected. It reads the text before
// the place and nothing else; whether the query is right is the server's to say.
import type { SchemaTable } from "../../api/types";

export interface Token {
  kind: "name" | "text" | "number" | "comment" | "sign";
  text: string;
  from: number;
  to: number;
}

export interface KnownColumn {
  name: string;
  type: string;
  doc: string;
}

export interface Scope {
  /** `none` inside of texts and comments and where a new name is written. */
  wanted: "none" | "source" | "operator" | "expression";
  columns: KnownColumn[];
  /** Names given with `let`. */
  named: string[];
  /** The operator the place is in. */
  operator: string | undefined;
}

const WORDS = /\/\/[^\n]*|```[^]*?(?:```|$)|[hH]?@"(?:[^"]|"")*"?|[hH]?@'(?:[^']|'')*'?|[hH]?"(?:[^"\\\n]|\\.)*"?|[hH]?'(?:[^'\\\n]|\\.)*'?|\d[\w.]*|[A-Za-z_$][\w$]*(?:-(?:away|keep|rename|reorder|expand|apply|where|series|distinct|kv|get-schema))?[!~]?|\s+|[^]/g;

/** The words of a query, without the space between them. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(WORDS)) {
    const [word] = match;
    if (/^\s/.test(word)) continue;
    found.push({ kind: kindOf(word), text: word, from: match.index, to: match.index + word.length });
  }
  return found;
}

/** What is known at the end of `before`; the word being written is not part of it. */
export function scopeOf(before: string, tables: readonly SchemaTable[]): Scope {
  const all = tokens(before);
  const last = all.at(-1);
  const nothing: Scope = { wanted: "none", columns: [], named: letNames(all), operator: undefined };
  if (last && isOpen(last, before)) return nothing;
  const words = all.filter((token) => token.kind !== "comment");
  const part = innermost(words);
  const stages = split(part, "|");
  const now = stages.at(-1) ?? [];
  if (stages.length === 1) {
    const begins = now.length === 0 || now.at(-1)?.text === "=" || /^(union|in|in~|!in|!in~)$/.test(now[0]?.text ?? "");
    return { ...nothing, wanted: begins ? "source" : "expression", columns: columnsAfter(stages, tables), operator: now[0]?.text };
  }
  const columns = columnsAfter(stages.slice(0, -1), tables);
  const operator = now[0]?.text;
  if (operator === undefined) return { ...nothing, wanted: "operator", columns };
  return { ...nothing, wanted: "expression", columns: [...columns, ...newNames(now, columns)], operator };
}

/** The columns after the stages of a pipe. */
function columnsAfter(stages: readonly Token[][], tables: readonly SchemaTable[]): KnownColumn[] {
  let known: KnownColumn[] = [];
  for (const [index, stage] of stages.entries()) known = index === 0 ? sourceColumns(stage, tables) : after(stage, known, tables);
  return known;
}

function sourceColumns(stage: readonly Token[], tables: readonly SchemaTable[]): KnownColumn[] {
  const names = new Set(stage.filter(({ kind }) => kind === "name").map(({ text }) => text));
  return unique(tables.filter((table) => names.has(table.name)).flatMap((table) => table.columns));
}

function after(stage: readonly Token[], known: KnownColumn[], tables: readonly SchemaTable[]): KnownColumn[] {
  const made = newNames(stage, known);
  switch (stage[0]?.text) {
    case "project": case "distinct": case "summarize":
      return stage.some(({ text }) => text === "*") ? known : made;
    case "count": return [{ name: "Count", type: "long", doc: "How many rows there were" }];
    case "project-away": {
      const away = new Set(stage.map(({ text }) => text));
      return known.filter(({ name }) => !away.has(name));
    }
    case "join": case "lookup": case "union": return unique([...known, ...sourceColumns(stage, tables)]);
    default: return unique([...known, ...made]);
  }
}

/** The names that an operator gives: before `=`, a column on its own, or after the function they come from. */
function newNames(stage: readonly Token[], known: readonly KnownColumn[]): KnownColumn[] {
  const operator = stage[0]?.text ?? "";
  if (!/^(project|extend|summarize|distinct|parse|mv-expand|mv-apply|project-rename)$/.test(operator)) return [];
  return unique(items(stage.slice(1)).flatMap((item) => {
    const [first, second] = item;
    if (first?.kind !== "name") return [];
    const old = known.find(({ name }) => name === first.text);
    if (second === undefined) return [old ?? { name: first.text, type: "", doc: "" }];
    if (second.text === "=" && item[2]?.text !== "=") return [{ name: first.text, type: "", doc: "Named in this query" }];
    if (second.text === "(" && operator === "summarize") {
      const of = item[2]?.kind === "name" ? item[2].text : "";
      return [{ name: first.text === "bin" ? of : `${first.text}_${of}`, type: "", doc: "Made in this query" }];
    }
    return [];
  }));
}

/** Comma by comma, `by` counting as one, parentheses kept together. */
function items(stage: readonly Token[]): Token[][] {
  const found: Token[][] = [[]];
  let depth = 0;
  for (const token of stage) {
    if (/[([{]/.test(token.text) && token.kind === "sign") depth += 1;
    if (/[)\]}]/.test(token.text) && token.kind === "sign") depth -= 1;
    if (depth === 0 && (token.text === "," || token.text === "by")) found.push([]);
    else found.at(-1)?.push(token);
  }
  return found.filter((item) => item.length > 0);
}

/** The pipe the end is in: after the last `;` and inside of parentheses that hold a query of their own. */
function innermost(words: readonly Token[]): Token[] {
  const open: number[] = [];
  let start = 0;
  for (const [index, token] of words.entries()) {
    if (token.kind !== "sign") continue;
    if (token.text === ";") {
      start = index + 1;
      open.length = 0;
    } else if (token.text === "(") open.push(index);
    else if (token.text === ")") open.pop();
  }
  for (const at of open) if (holdsQuery(words, at)) start = at + 1;
  const part = words.slice(start);
  return part[0]?.text === "let" && part[2]?.text === "=" ? part.slice(3) : part;
}

/** After `join`, `union` and `lookup` (and what they are told), and after `in`, parentheses may hold a query. */
function holdsQuery(words: readonly Token[], at: number): boolean {
  const before = words[at - 1]?.text ?? "";
  if (/^!?in~?$/.test(before)) return words[at + 1]?.kind !== "text" && words[at + 1]?.kind !== "number";
  for (let index = at - 1; index >= 0; index -= 1) {
    const text = words[index]?.text ?? "";
    if (/^(join|union|lookup)$/.test(text)) return true;
    if (!/^(kind|=|inner|innerunique|leftouter|rightouter|fullouter|leftanti|rightanti|leftsemi|rightsemi|anti|semi|,|\)|withsource|isfuzzy|true|false)$/.test(text)) return false;
  }
  return false;
}

function split(words: readonly Token[], sign: string): Token[][] {
  const found: Token[][] = [[]];
  let depth = 0;
  for (const token of words) {
    if (token.kind === "sign" && token.text === "(") depth += 1;
    if (token.kind === "sign" && token.text === ")") depth -= 1;
    if (depth <= 0 && token.kind === "sign" && token.text === sign) found.push([]);
    else found.at(-1)?.push(token);
  }
  return found;
}

function letNames(words: readonly Token[]): string[] {
  return words.flatMap((token, index) => (words[index - 1]?.text === "let" && token.kind === "name" ? [token.text] : []));
}

function kindOf(word: string): Token["kind"] {
  if (word.startsWith("//")) return "comment";
  if (word.startsWith("```") || /^[hH]?@?["']/.test(word)) return "text";
  if (/^\d/.test(word)) return "number";
  return /^[A-Za-z_$]/.test(word) ? "name" : "sign";
}

/** The text ends inside of this word. */
function isOpen(token: Token, text: string): boolean {
  if (token.to !== text.length) return false;
  if (token.kind === "comment") return true;
  if (token.kind !== "text") return false;
  const quote = token.text.startsWith("```") ? "```" : (/["']/.exec(token.text)?.[0] ?? "");
  const body = token.text.slice(token.text.indexOf(quote) + quote.length);
  return !body.endsWith(quote);
}

function unique(columns: readonly KnownColumn[]): KnownColumn[] {
  return [...new Map(columns.map((column) => [column.name, column])).values()];
}
