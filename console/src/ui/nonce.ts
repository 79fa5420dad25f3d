// The nonce the server wrote into the page: styles made at run time carry it, or the browser refuses them.

export function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}
