import type { ConnectionFacts } from '../diagnostics/connection-facts'
import type { Subject } from '../events/session-event'
import type { Host } from '../session/session'
import type { Secret } from '../../primitives/secrets'

/** How session IDs travel between clients and a kind of host. */
export interface Transport<H extends Host = Host> {
  /** The path of the request, before a router changes it. */
  path(host: H): string
  isSecure(host: H): boolean
  /** What events tell of the request; by default the host. */
  subject?(host: H): Subject
  /** Facts for a warning. */
  connection(host: H): ConnectionFacts
  /** Whether a cookie with undefined `secure` is Secure on a secure connection, as with `ctx.cookies`. */
  readonly addsSecure?: boolean
  /** The ID that the client sent, if one of the secrets has signed it. */
  sentId(host: H, secrets: readonly Secret[]): string | undefined | PromiseLike<string | undefined>
  /**
   * A further ID that the client sent, also with a valid signature. Called if the store does not have the earlier ones.
   *
   * @param after the number of IDs to skip
   */
  otherId?(host: H, secrets: readonly Secret[], after: number): string | undefined
  /** Whether the response can still set the cookie, if the transport knows that. */
  canSend?(host: H): boolean
  /**
   * Whether the cookie was signed with another secret than the first one.
   *
   * @param sent the result of `sentId` or `otherId`
   */
  isOutdated?(host: H, secrets: readonly Secret[], sent: string): boolean
}
