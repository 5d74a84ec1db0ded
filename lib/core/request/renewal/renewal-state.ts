import type { Seen } from '../plan'

/** What an exchange knows of the ID of the client's session. */
export class RenewalState {
  /** The ID that the client sent with a valid signature, or the one that has replaced it meanwhile. */
  sentId: string | undefined
  /** The client's cookie is signed or sealed with an older secret, or has an earlier ID, and is sent again. */
  outdated = false
  /** Whether the option `readOnly` says that the request only reads its session. */
  readsOnly = false
  /** Whether the request has an earlier ID of a session whose user may have changed. It only reads, and gets no cookie. */
  isSnapshot = false
  /** Whether the response can still set the cookie. */
  sendsCookie = true
  /** The ID has been renewed because of its age, or could not be. */
  hasRenewed = false
  /** The facts of the last commit. */
  seen: Seen | undefined

  /** Whether the request only reads its session. */
  get isReadOnly(): boolean {
    return this.readsOnly || this.isSnapshot
  }

  /** The client's session has another ID now, which it is sent. */
  redirect(id: string): void {
    this.sentId = id
    this.outdated = true
    this.seen = undefined
  }
}
