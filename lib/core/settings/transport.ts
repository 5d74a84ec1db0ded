import type { ConnectionFacts } from '../diagnostics/connection-facts'
import type { Host } from '../session/session'
import type { Secret } from '../../primitives/secrets'

/** How ids travel between clients and one kind of host. */
export interface Transport<H extends Host = Host> {
  /** The path that the client asked for, before any router cut it. */
  path(host: H): string
  isSecure(host: H): boolean
  /** For warnings. */
  connection(host: H): ConnectionFacts
  /** Whether a cookie that says nothing of `secure` is Secure on a secure connection, as with `ctx.cookies`. */
  readonly addsSecure?: boolean
  /** The id that the client sent, if its signature holds under one of the secrets. */
  sentId(host: H, secrets: readonly Secret[]): string | undefined | PromiseLike<string | undefined>
  /** Another ID that the client sent, behind so many whose signature holds as well. Asked if the store does not have those. */
  otherId?(host: H, secrets: readonly Secret[], after: number): string | undefined
  /** Whether the cookie that was sent is signed by another secret than the first one. @param sent what `sentId` or `otherId` found in it */
  isOutdated?(host: H, secrets: readonly Secret[], sent: string): boolean
}
