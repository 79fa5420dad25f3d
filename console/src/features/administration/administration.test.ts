// What is asked of the server about users and the audit log.
import { describe, expect, it } from "vitest";

import { askedAudit, familyName } from "./auditFilters";
import { changeOf, isChange } from "./roles";

describe("a change of a user", () => {
  const user = { role: "reader", disabled: false, second_factor: true } as const;
  it("names only what is different", () => {
    expect(changeOf(user, { role: "reader", disabled: false, lost: false })).toEqual({});
    expect(changeOf(user, { role: "responder", disabled: true, lost: true })).toEqual({ role: "responder", disabled: true, second_factor: false });
    expect(changeOf({ ...user, second_factor: false }, { role: "reader", disabled: false, lost: true })).toEqual({});
    expect(isChange({})).toBe(false);
    expect(isChange({ disabled: false })).toBe(true);
  });
});

describe("the audit log", () => {
  const now = Date.parse("2026-11-25T10:00:00Z");
  it("is asked by who, what, how it ended and how far back", () => {
    expect(askedAudit({ actor: "lee", action: "user.", outcome: "refused", range: "24h" }, now))
      .toEqual({ actor: "lee", action: "user.", outcome: "refused", from: "2026-11-24T10:00:00.000Z", q: undefined });
    expect(Object.values(askedAudit({ range: "soon", outcome: "well" }, now)).every((value) => value === undefined)).toBe(true);
  });
  it("has names for the families of actions", () => {
    expect(familyName("user.")).toBe("Users");
    expect(familyName("user.change")).toBe("user.change");
  });
});
