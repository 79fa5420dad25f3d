// Text from devices: what would hide, reorder or erase other text is seen.
import { describe, expect, it } from "vitest";

import { pieces, visible } from "./visible";

describe("text from a device", () => {
  it("stays as it is when it is only text", () => {
    for (const text of ["", "sh -c 'id'", "Grüße, 世界", "emoji 😀"]) expect(visible(text)).toBe(text);
  });

  it("shows what turns reading around", () => {
    expect(visible("invoice\u202Efdp.exe")).toBe("invoice⟨U+202E⟩fdp.exe");
    expect(pieces("\u2066x")[0]).toEqual({ text: "⟨U+2066⟩", name: "left-to-right isolate, U+2066" });
  });

  it("shows control characters, also those of terminals", () => {
    expect(visible("\u001b[2Jx\0\u0007")).toBe("⟨U+001B⟩[2Jx⟨U+0000⟩⟨U+0007⟩");
    expect(visible("a\tb\nc\r")).toBe("a⇥b↵c␍");
  });

  it("shows what has no width", () => {
    for (const hidden of ["\u200B", "\u00AD", "\u2028", "\uFEFF", "\u{E0041}", "\uD800"]) {
      expect(visible(`a${hidden}b`)).toMatch(/^a⟨U\+[0-9A-F]{4,6}⟩b$/);
    }
  });
});
