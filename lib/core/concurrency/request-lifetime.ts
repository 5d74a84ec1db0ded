import { ActiveSessions } from './active-sessions'
import { Transaction } from './transaction'

/** Releases the transactions of hosts that were collected without an end of their response. */
const left = new FinalizationRegistry<Transaction>(transaction => transaction.release())

/** A store's client, as far as it knows which sessions are in use. */
interface Watched {
  readonly activeSessions: ActiveSessions
}

type WhenOver<Response> = (response: Response, act: () => void) => boolean

/** The transaction of an exchange: one at a time, until the response is over and the last commit is done. */
export class RequestLifetime {
  /** The current one, or the last one. */
  transaction: Transaction | undefined
  /** Calls back when a response is over; false if the response cannot tell. */
  #whenOver: WhenOver<never> | undefined
  #response: unknown
  /** Whether the end of the response will be reported. Undefined until that is asked: many handlers end before they return. */
  #watched: boolean | undefined
  #over = false
  #ended = false

  /** Of the store that the transaction is for. */
  #port: Watched | undefined

  constructor(private readonly host: object) {}

  /** From now on a listener is needed to know when the response is over. Without a closure, because many requests need no listener. */
  watch<Response>(whenOver: WhenOver<Response>, response: Response): void {
    this.#whenOver = whenOver
    this.#response = response
    if (this.transaction && !this.transaction.released) this.#ask(this.transaction)
  }

  /** @param port of another store than before: what is known of the session is not known of that */
  on(id: string, port: Watched): Transaction {
    const before = this.transaction
    const isMoved = port !== this.#port
    if (before?.id === id && !before.released && !isMoved) return before
    before?.release()
    const transaction = (this.transaction = new Transaction(id, port.activeSessions, isMoved ? undefined : before))
    if (isMoved && before) transaction.endWith(before)
    this.#port = port
    if (this.#whenOver) this.#ask(transaction)
    return transaction
  }

  #ask(transaction: Transaction): void {
    this.#watched ??= this.#whenOver?.(this.#response as never, () => this.#close()) ?? false
    if (!this.#watched || this.#over) left.register(this.host, transaction)
  }

  /** The last commit is done. */
  end(): void {
    this.#ended = true
    this.letGo()
  }

  /** Where the exchange is over, nothing is held for longer than it takes. */
  letGo(): void {
    if (this.#ended && (this.#over || !this.#watched)) this.transaction?.release()
  }

  /** The response is over, if not the handler: that may go on for a client that is gone. */
  #close(): void {
    this.#over = true
    if (this.transaction && !this.#ended) left.register(this.host, this.transaction)
    this.letGo()
  }
}
