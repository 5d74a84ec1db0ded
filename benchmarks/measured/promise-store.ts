/** A minimal memory store with the contract of koa-session and koa-generic-session. */
export class PromiseStore {
  readonly #texts = new Map<string, string>()

  async get(id: string): Promise<unknown> {
    const text = this.#texts.get(id)
    return text === undefined ? undefined : JSON.parse(text)
  }

  async set(id: string, record: object): Promise<void> {
    this.#texts.set(id, JSON.stringify(record))
  }

  async destroy(id: string): Promise<void> {
    this.#texts.delete(id)
  }

  /** By ID. */
  records(): Record<string, object> {
    return Object.fromEntries(Array.from(this.#texts, ([id, text]) => [id, JSON.parse(text) as object]))
  }
}
