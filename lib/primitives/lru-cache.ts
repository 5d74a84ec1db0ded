/**
 * A cache of recently used values by text. It has two generations; when the young one is full, the old one is dropped. A `get` takes 36 nanoseconds, one of
 * lru-cache 11 takes 94 (`npm run structures`); each request with a session makes one.
 */
export class LruCache<Value> {
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  /** @param most number of entries of a generation */
  constructor(private readonly most: number) {}

  get(key: string): Value | undefined {
    const value = this.#young.get(key)
    if (value !== undefined || this.#old.size === 0) return value
    const older = this.#old.get(key)
    if (older !== undefined) this.set(key, older)
    return older
  }

  delete(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.most) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}
