// What somebody may do, in words.

const WORDS: Record<string, string> = {
  read: "see everything that is not administration", respond: "work on incidents and alerts", tune: "tune detections", manage_rules: "switch detections on and off",
  manage_indicators: "keep indicators", act: "act on devices", approve: "approve actions of others",
  live_look: "look at devices in live response", live_act: "change devices in live response",
  manage_actions: "say which actions need approval", manage_settings: "change settings", manage_devices: "change devices and shut them out", manage_users: "make and change users",
  enrol_devices: "add devices", manage_tokens: "give tokens to programs", read_audit: "read the audit log",
};

/** A permission this console does not know yet is named as the server names it. */
export function spoken(permissions: readonly string[]): string[] {
  return permissions.map((each) => WORDS[each] ?? each.replaceAll("_", " "));
}
