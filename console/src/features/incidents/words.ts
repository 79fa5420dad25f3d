// Words of the trade as people write them.

/** "credential-access" or "CredentialAccess" as "Credential access". */
export function spoken(tactic: string): string {
  const words = tactic.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[-_]+/g, " ").trim().toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
