// Where one goes after signing in.

/** Only addresses of this console: never another site that somebody put into a link. */
export function safeTarget(from: string | undefined): string {
  return from && /^\/(?![/\\])/.test(from) && !from.startsWith("/sign-in") ? from : "/";
}
