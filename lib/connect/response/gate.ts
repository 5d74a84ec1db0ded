export type Next = (err?: unknown) => void

/** Whether bytes may leave. A function: the app's answer must not go out, and the function brings another about; not heeded once headers are out. */
export type Verdict = 'pass' | (() => void)

/** Who decides when a response may leave. */
export interface Gate {
  /** It may bring about another answer whatever the handler did, so that it has to be asked before a head is written as well. */
  readonly strict: boolean
  /** Milliseconds for which a call that closes the connection may wait for the response, at most. */
  readonly longestWait: number
  /** The headers are about to be written. Called once. */
  headers(): void
  /** Bytes are about to leave, the first or the last. */
  bytes(last: boolean, answer: (verdict: Verdict) => void): void
  /** The answer cannot be sent as it is, which came out after its end was called. */
  failed(err: unknown): void
}
