import type { IncomingMessage, ServerResponse } from 'node:http'
import { Timers } from '../../support/timers'
import { turns } from '../../support/wire'
import type { Visit } from './scenarios'
import type { TracedStore } from './traced-stores'

/** How long all of them wait, in milliseconds. */
const PATIENCE = 10_000

/** A store disconnects, requests arrive, and it reconnects soon or too late. */
export class Outage {
  readonly #timers = new Timers()

  constructor(
    private readonly store: TracedStore,
    private readonly says: readonly [leaves: string, comes: string],
    private readonly lasts: NonNullable<Visit['outage']>,
  ) {
    store.emit(says[0])
  }

  /**
   * @param coming a request.
   * @throws Error if it does not wait
   */
  async end(coming: Promise<[IncomingMessage, ServerResponse]>): Promise<void> {
    try {
      const [, response] = await coming
      await turns(50)
      if (response.writableEnded) throw new Error('no request waits for the store')
      if (this.lasts === 'short') this.store.emit(this.says[1])
      else this.#timers.turn(PATIENCE)
    } finally {
      Timers.restore()
    }
  }
}
