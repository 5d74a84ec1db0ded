/** Facts about a request's connection for a warning. */
export interface ConnectionFacts {
  /** The header X-Forwarded-Proto. */
  readonly forwardedProto: string | undefined
  /** The setting that makes the app trust the proxy; undefined if it does. */
  readonly trust: string | undefined
}

/** Whether the header says that the client uses HTTPS. The first value of a list is that of the client. */
export function claimsHttps(forwardedProto: string | undefined): boolean {
  return forwardedProto !== undefined && /^\s*https\s*(,|$)/i.test(forwardedProto)
}

/** Why a Secure cookie is not sent, and what to do. */
export function describeWithheld(name: string, facts: ConnectionFacts): string {
  const what = `The session cookie "${name}" was not sent: cookie.secure is true, but the server takes the connection for plain HTTP`
  const { forwardedProto, trust } = facts
  if (claimsHttps(forwardedProto) && trust) return `${what}, although X-Forwarded-Proto is "https". To trust the proxy, write ${trust}.`
  const header =
    forwardedProto === undefined ? 'there is no X-Forwarded-Proto header' : `X-Forwarded-Proto is ${JSON.stringify(forwardedProto)}`
  const proxy = trust ? `make it send X-Forwarded-Proto: https, and write ${trust}` : 'make it send X-Forwarded-Proto: https'
  return `${what} (${header}). Use HTTPS. If a proxy ends TLS, ${proxy}. For development without HTTPS, write secure: "auto".`
}

/** Why a cookie is sent without Secure, and what to do. */
export function describeNotSecure(name: string, { trust }: ConnectionFacts): string {
  const what = `The session cookie "${name}" has no Secure attribute: cookie.secure is "auto", and the server takes the connection for plain HTTP`
  return `${what}, although X-Forwarded-Proto is "https".${trust ? ` To trust the proxy, write ${trust}.` : ''}`
}
