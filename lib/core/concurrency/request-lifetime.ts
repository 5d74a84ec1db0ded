import { ActiveSessions } from './active-sessions'
import { Transaction } from './transaction'

/** The holds of hosts whose end nobody knows go with them. */
const left = new FinalizationRegistry<Transaction>(transaction => transaction.release())

/** A store, as far as its sessions are held. */
interface Watched {
  readonly activeSessions: ActiveSessions
}

type WhenOver<Response> = (response: Response, act: () => void) => boolean

/** Holds sessions for an exchange, one at a time, until the response is over and the last commit done. */
export class RequestLifetime {
  /** The one that is held, or was last. */
  transaction: Transaction | undefined
  /** Calls back when a response is over; false where nobody can know. */
  #whenOver: WhenOver<never> | undefined
  #response: unknown
  /** Somebody will say it. Nobody has been asked yet while a handler runs that may be done before it returns. */
  #watched: boolean | undefined
  #over = false
  #ended = false

  /** Of the store whose sessions are held. */
  #port: Watched | undefined

  constructor(private readonly host: object) {}

  /** From now on it takes a listener to know when the response is over. Not a closure for each request, many of which need none. */
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
