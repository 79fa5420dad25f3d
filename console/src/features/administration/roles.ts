// What the roles mean, and what is asked of the server to change a user: only what is different.
import type { Role, User } from "../../api/types";

export const MEANING: Record<Role, string> = {
  reader: "Reader: sees everything, changes nothing",
  responder: "Responder: also works on incidents",
  administrator: "Administrator: also users, devices and the audit log",
};

export interface UserChange {
  role?: Role;
  disabled?: boolean;
  second_factor?: false;
}

export function changeOf(user: Pick<User, "role" | "disabled" | "second_factor">, wanted: { role: Role; disabled: boolean; lost: boolean }): UserChange {
  return {
    ...(wanted.role === user.role ? {} : { role: wanted.role }),
    ...(wanted.disabled === user.disabled ? {} : { disabled: wanted.disabled }),
    ...(wanted.lost && user.second_factor ? { second_factor: false } : {}),
  };
}

export function isChange(change: UserChange): boolean {
  return Object.keys(change).length > 0;
}
