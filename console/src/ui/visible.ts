// What a device sends may hold characters that hide, reorder or erase other text. Here they become visible marks.

/** A piece of text: as it is, or a mark that stands for a character that must not act. */
export interface Piece {
  text: string;
  /** Set for marks: what the character is called. */
  name?: string;
}

// Control and format characters (among them all that turn the direction of text or have no width), separators of
// lines, fillers and variation selectors that show nothing, and halves of surrogate pairs.
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115F\u1160\u17B4\u17B5\u180B-\u180F\u3164\uFFA0\uFE00-\uFE0F]/gu;

const NAMES: Record<string, string> = {
  "\0": "null", "\t": "tab", "\n": "line feed", "\r": "carriage return", "\u001b": "escape", "\b": "backspace",
  "\u200b": "zero width space", "\u200e": "left-to-right mark", "\u200f": "right-to-left mark",
  "\u202a": "left-to-right embedding", "\u202b": "right-to-left embedding", "\u202c": "pop directional formatting",
  "\u202d": "left-to-right override", "\u202e": "right-to-left override", "\u2066": "left-to-right isolate",
  "\u2067": "right-to-left isolate", "\u2068": "first strong isolate", "\u2069": "pop directional isolate",
};

const SIGNS: Record<string, string> = { "\t": "⇥", "\n": "↵", "\r": "␍" };

/** Splits text into what may be shown as it is and marks for what may not. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push(mark(match[0]));
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** The same as one string, for titles and other places that take no elements. */
export function visible(text: string): string {
  return pieces(text).map((piece) => piece.text).join("");
}

function mark(character: string): Piece {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  const name = NAMES[character];
  return { text: SIGNS[character] ?? `⟨${code}⟩`, name: name ? `${name}, ${code}` : code };
}
