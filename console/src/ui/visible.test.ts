// Text that hides or reorders itself is shown for what it is.
import { expect, test } from "vitest";

import { pieces, visible } from "./visible";

test("ordinary text of any language is left alone", () => {
  for (const text of ["curl -fsS", "/home/josé/Übung", "日本語", "עברית", "👍🏽", ""]) expect(visible(text)).toBe(text);
});

test("a right-to-left override is a mark with a name, and no longer acts", () => {
  expect(pieces("invoice\u202Efdp.sh")).toEqual([
    { text: "invoice" }, { text: "⟨U+202E⟩", name: "right-to-left override, U+202E" }, { text: "fdp.sh" },
  ]);
});

test("control characters, zero-width characters and tag characters are seen", () => {
  expect(visible("a\u0000b\u001B[31m\u200B\u2066\uFEFF\u{E0041}")).toBe("a⟨U+0000⟩b⟨U+001B⟩[31m⟨U+200B⟩⟨U+2066⟩⟨U+FEFF⟩⟨U+E0041⟩");
});

test("line ends and tabs have signs of their own", () => {
  expect(visible("a\tb\r\nc")).toBe("a⇥b␍↵c");
});

test("half of a surrogate pair is shown, a whole one is not touched", () => {
  expect(visible("x\uD83Dy")).toBe("x⟨U+D83D⟩y");
  expect(visible("\uDC4D")).toBe("⟨U+DC4D⟩");
});

test("whatever the text, no hidden character is left in it", () => {
  for (let code = 0; code <= 0x2100; code += 1) {
    expect(visible(String.fromCharCode(code))).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  }
});
