import { session, type SessionData } from './subject'

/** A memory store that records its calls: a test expects `['get', 'touch']`. */
export class TracingStore extends session.MemoryStore {
  /** The methods called since the last call of `trace`, in order. */
  calls: string[] = []

  /** The methods called since the last call. */
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

  /** The number of its sessions. */
  async count(): Promise<number> {
    return new Promise((resolve, reject) => this.length((err, count) => (err ? reject(err) : resolve(count as number))))
  }
}
