import type { SessionData } from './subject'

type Done = (err?: unknown, value?: unknown) => void

/** The part of a callback store that a store of promises is built on. */
interface Methods {
  get(id: string, done: Done): void
  set(id: string, data: SessionData, done: Done): void
  destroy(id: string, done: Done): void
}

/** A store of promises, as koa-session and koa-generic-session use it. It has no `touch`. */
export class PromiseStore {
  constructor(private readonly store: Methods) {}

  get(id: string): Promise<unknown> {
    return asked(done => this.store.get(id, done))
  }

  set(id: string, data: SessionData): Promise<unknown> {
    return asked(done => this.store.set(id, data, done))
  }

  destroy(id: string): Promise<unknown> {
    return asked(done => this.store.destroy(id, done))
  }
}

function asked(ask: (done: Done) => void): Promise<unknown> {
  return new Promise((resolve, reject) => ask((err, value) => (err ? reject(err as Error) : resolve(value))))
}
