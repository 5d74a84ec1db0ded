import { diagnose, type Diagnosed } from './diagnose'

/** How many new sessions are remembered until one of them is read again. */
const MOST = 1000

/** Detects a store that loses the key `~`, and an app that uses the name for its own data. */
export class MarksWatch {
  /** The IDs of sessions that were created with the key. If such a record lacks it, the store has lost it. */
  readonly #created = new Set<string>()
  #isKept = false
  /** Whether the store has lost the key of a session. Then it is not written again. */
  isLost = false

  created(id: string): void {
    if (!this.#isKept && this.#created.size < MOST) this.#created.add(id)
  }

  /** The store has returned the key. */
  found(): void {
    if (this.#isKept) return
    this.#isKept = true
    this.#created.clear()
  }

  /** The store has returned a record without the key. */
  missed(about: Diagnosed, id: string): void {
    if (!this.#created.has(id)) return
    this.isLost = true
    diagnose(about, 'key-lost', () => {
      const what = `The store has lost the key "~" of the session "${about.name}", so absoluteTimeout has no effect and handles change`
      return `${what}. Let the store keep all keys of a record: a column or field for the whole of it, and no list of allowed ones.`
    })
  }

  /** The app has put data under the key. */
  isTaken(about: Diagnosed): void {
    diagnose(about, 'key-taken', () => {
      const what = `The session "${about.name}" has data of the app under the key "~", which is reserved`
      return `${what}. A session that has limits does not store them, and one that has them from its start has no limits. Give the data another name.`
    })
  }
}
