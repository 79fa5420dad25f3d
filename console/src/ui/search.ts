// The part of an address after the question mark, as plain words: what is in it can be read, written and bookmarked.

export type Search = Record<string, string | undefined>;

export function parseSearch(text: string): Search {
  const search: Search = {};
  for (const [key, value] of new URLSearchParams(text)) search[key] = value;
  return search;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === "string" && value !== "") parameters.set(key, value);
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}

/** A list of words in one value. */
export function wordsOf(value: string | undefined): string[] {
  return (value ?? "").split(",").map((word) => word.trim()).filter((word) => word !== "");
}

export function joined(words: readonly string[]): string | undefined {
  return words.length > 0 ? words.join(",") : undefined;
}
