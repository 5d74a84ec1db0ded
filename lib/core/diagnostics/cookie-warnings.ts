import { claimsHttps, describeNotSecure, describeWithheld, type ConnectionFacts } from './connection-facts'
import { diagnose, type Diagnosed } from './diagnose'

/** RFC 6265bis section 5.6: browsers keep no cookie whose name and value are longer. In bytes. */
const MOST_BYTES = 4096

/** A Secure cookie is not sent, because the connection is not secure. */
export function withheld(about: Diagnosed, facts: ConnectionFacts): void {
  diagnose(about, 'insecure-connection', () => describeWithheld(about.name, facts))
}

/** A cookie is created without Secure, because its `secure` is "auto" and the connection is not secure. */
export function checkForwarded(about: Diagnosed, facts: ConnectionFacts): void {
  if (claimsHttps(facts.forwardedProto)) diagnose(about, 'not-secure', () => describeNotSecure(about.name, facts))
}

/**
 * Reports a cookie that browsers do not keep, when it is sent.
 *
 * @param value as in the header
 */
export function checkSize(about: Diagnosed, value: string): void {
  const { name } = about
  if (name.length + value.length <= MOST_BYTES) return
  diagnose(about, 'too-large', () => {
    const what = `The session cookie "${name}" has ${name.length + value.length} bytes; browsers keep at most ${MOST_BYTES} of name and value`
    return `${what}. Make the session ID shorter (genid), or keep sessions in a store.`
  })
}

/** Whether a cookie is sent to other sites, which browsers only do if it is Secure. */
export function isCrossSite({ sameSite }: { readonly sameSite?: unknown }): boolean {
  return typeof sameSite === 'string' && sameSite.toLowerCase() === 'none'
}

/** Reports a cookie with `SameSite=None` and without `Secure`. */
export function droppedCrossSite(about: Diagnosed): void {
  diagnose(about, 'same-site-none', () => {
    const what = `The session cookie "${about.name}" was sent with SameSite=None and without Secure; browsers drop it`
    return `${what}. Use HTTPS and write cookie.secure: true, or write sameSite: "lax".`
  })
}

/**
 * Reports that none of the client's cookies of our name is valid.
 *
 * @param keys where the secrets are: an option or a property
 */
export function rejected(about: Diagnosed, reason: 'invalid-signature' | 'no-signature', keys: string): void {
  diagnose(about, reason, () => {
    const what = `A client sent the cookie "${about.name}"`
    if (reason === 'no-signature') {
      return `${what} without a signature, so it has a new session. If this concerns all clients, another program sets a cookie of this name: choose another name.`
    }
    const why = `${what} with an invalid signature, so it has a new session. If this concerns all clients, the secret has changed, or it differs between processes`
    return `${why}: write the same ${keys} everywhere, and keep the old secret as the last of an array for as long as sessions live.`
  })
}

/** Reports a client with several cookies of the name. */
export function repeated(about: Diagnosed): void {
  diagnose(about, 'several-cookies', () => {
    const what = `A client sent several cookies with the name "${about.name}", probably set with another path or domain before`
    return `${what}. The client may come back to the old session. Choose another name, or clear the old cookie with its own path and domain.`
  })
}

/** Reports a middleware that does nothing, because another one has put a session on the request. */
export function second(about: Diagnosed, first: string): void {
  diagnose(about, 'second-middleware', () => {
    const what = `The session middleware with the name "${about.name}" does nothing on a request that has the session of "${first}"`
    return `${what}. Mount the two on different paths, or use one of them.`
  })
}

/** Reports a session whose cookie could not be sent, because it was saved after the headers. */
export function late(about: Diagnosed): void {
  diagnose(about, 'headers-sent', () => {
    const what = `A new session was saved after the headers of the response had been sent, so the client does not get the cookie "${about.name}"`
    return `${what}. Change the session before the first write.`
  })
}

/** Reports a request that only reads its session but has changed it. */
export function dropped(about: Diagnosed): void {
  diagnose(about, 'read-only', () => {
    const what = `A change of the session "${about.name}" was dropped, because the option readOnly says that the request only reads it`
    return `${what}. Return false from readOnly for requests that change the session.`
  })
}
