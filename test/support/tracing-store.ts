import { session, type SessionData } from './subject'

/** A memory store that remembers what it was asked: a test says `['get', 'touch']`. */
export class TracingStore extends session.MemoryStore {
  /** The methods called since the last look, in order. */
  calls: string[] = []

  /** What has been called since the last look. */
  trace(): string[] {
    return this.calls.splice(0)
  }

  override get(...args: Parameters<InstanceType<typeof session.MemoryStore>['get']>): void {
    this.calls.push('get')
    super.get(...args)
  }

  override set(id: string, data: SessionData, callback?: (err?: unknown) => void): void {
    this.calls.push('set')
    super.set(id, data, callback)
  }

  override destroy(id: string, callback?: (err?: unknown) => void): void {
    this.calls.push('destroy')
    super.destroy(id, callback)
  }

  override touch(id: string, data: SessionData, callback?: (err?: unknown) => void): void {
    this.calls.push('touch')
    super.touch(id, data, callback)
  }

  /** How many sessions it holds. */
  async count(): Promise<number> {
    return new Promise((resolve, reject) => this.length((err, count) => (err ? reject(err) : resolve(count as number))))
  }
}
