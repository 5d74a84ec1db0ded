/** The `next` of a middleware. With an argument, it passes an error on. */
export type Next = (err?: unknown) => void

/**
 * Whether bytes may leave. A function means that the app's response must not be sent, and sends another one. If a part of the response has been sent
 * (`isSent`), the function reports the error instead.
 */
export type Verdict = 'pass' | ((isSent: boolean) => void)

/** Decides when a response may be sent. */
export interface Gate {
  /** Whether it can replace a response. It is then also asked before a head without a body is written. */
  readonly strict: boolean
  /** Milliseconds for which a call that closes the connection may wait for the response. */
  readonly longestWait: number
  /** The headers are about to be written. Called once. */
  headers(): void
  /** Bytes are about to be sent, the first or the last. */
  bytes(last: boolean, answer: (verdict: Verdict) => void): void
  /**
   * The response cannot be sent; known only after its `end` was called.
   *
   * @param isSent whether a part of the response has been sent, so that no other one can replace it
   */
  failed(err: unknown, isSent: boolean): void
}
