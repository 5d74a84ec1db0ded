import { randomUUID } from 'node:crypto'
import type { SessionData } from '../../lib'
import { record } from '../concurrency/requests'
import type { Store } from './engines/engine'

const LIFETIME = 600_000

/** The engine's records, read by a program that only has the published store. */
export class Records {
  constructor(private readonly store: Store) {}

  /** @returns the id of a new session */
  async make(): Promise<string> {
    const id = randomUUID()
    await new Promise<void>((resolve, reject) =>
      this.store.set(id, record({ known: true }, LIFETIME), err => (err ? reject(err as Error) : resolve())),
    )
    return id
  }

  async read(id: string): Promise<(SessionData & Record<string, unknown>) | undefined> {
    return new Promise((resolve, reject) =>
      this.store.get(id, (err, found) => (err ? reject(err as Error) : resolve((found ?? undefined) as never))),
    )
  }

  async destroy(id: string): Promise<void> {
    return new Promise((resolve, reject) => this.store.destroy(id, err => (err ? reject(err as Error) : resolve())))
  }
}
