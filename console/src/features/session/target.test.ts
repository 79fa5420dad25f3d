// Where one goes after signing in: only to addresses of this console.
import { describe, expect, it } from "vitest";

import { safeTarget } from "./target";

describe("the address after signing in", () => {
  it("is where one was", () => {
    expect(safeTarget("/hunting?q=T%20%7C%20count")).toBe("/hunting?q=T%20%7C%20count");
  });

  it("is never another site, nor the door again", () => {
    for (const from of [undefined, "", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/sign-in?x"]) {
      expect(safeTarget(from)).toBe("/");
    }
  });
});
