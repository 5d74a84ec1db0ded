import type { SessionStore } from './store-client'

/** The store of one request, whose session is kept in the cookie: what is stored goes out with the answer. */
export interface Kept extends SessionStore {
  /** Takes what the client sent, whose signature held. @returns the id of the session in it */
  receive(payload: string): string
  /** Whether what was received was sealed with another secret than the one that seals now. Asked before it is read. */
  isOutdated(): boolean
  /** What the cookie carries, or is to carry, of the session of this id; null where that has not been stored, or has been destroyed. */
  payloadOf(id: string | undefined): string | null
  /** Why what the client sent could not be decoded, if the app is to be told. */
  readonly failure?: { readonly reason: unknown } | undefined
  /** Nothing that is stored from now on could be sent. */
  close(): void
}
