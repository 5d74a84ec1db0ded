import { ActiveSessions } from './active-sessions'
import { Transaction } from './transaction'

/** Releases the transactions of hosts that are garbage-collected before their response has ended. */
const left = new FinalizationRegistry<Transaction>(transaction => transaction.release())

/** The part of a store's client that is needed here. */
interface Watched {
  readonly activeSessions: ActiveSessions
}

type WhenOver<Response> = (response: Response, act: () => void) => boolean

/** Keeps the transaction of an exchange, one at a time, until the response has ended and the last commit is done. */
export class RequestLifetime {
  /** The current or last one. */
  transaction: Transaction | undefined
  /** Calls back when a response has ended; returns false if the response has no such event. */
  #whenOver: WhenOver<never> | undefined
  #response: unknown
  /** Whether the end of the response will be reported. Undefined until a listener is needed: many handlers end before they return. */
  #isWatched: boolean | undefined
  #isClosed = false
  #isCommitted = false

  /** The client of the transaction's store. */
  #storeClient: Watched | undefined

  constructor(private readonly host: object) {}

  /** From now on a listener is needed. It takes two arguments instead of a closure, because many requests need no listener. */
  watch<Response>(whenOver: WhenOver<Response>, response: Response): void {
    this.#whenOver = whenOver
    this.#response = response
    if (this.transaction && !this.transaction.released) this.#ask(this.transaction)
  }

  /** @param storeClient another store's client than before means that nothing is known of the session */
  on(id: string, storeClient: Watched): Transaction {
    const before = this.transaction
    const isMoved = storeClient !== this.#storeClient
    if (before?.id === id && !before.released && !isMoved) return before
    before?.release()
    const transaction = (this.transaction = new Transaction(id, storeClient.activeSessions, isMoved ? undefined : before))
    if (isMoved && before) transaction.endWith(before)
    this.#storeClient = storeClient
    if (this.#whenOver) this.#ask(transaction)
    return transaction
  }

  #ask(transaction: Transaction): void {
    this.#isWatched ??= this.#whenOver?.(this.#response as never, () => this.#close()) ?? false
    if (!this.#isWatched || this.#isClosed) left.register(this.host, transaction)
  }

  /** The last commit has ended. */
  end(): void {
    this.#isCommitted = true
    this.letGo()
  }

  /** Releases the transaction if the exchange has ended. */
  letGo(): void {
    if (this.#isCommitted && (this.#isClosed || !this.#isWatched)) this.transaction?.release()
  }

  /** The response has ended. The handler may still run, for a client that has disconnected. */
  #close(): void {
    this.#isClosed = true
    if (this.transaction && !this.#isCommitted) left.register(this.host, this.transaction)
    this.letGo()
  }
}
