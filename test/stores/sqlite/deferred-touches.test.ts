import { expect } from 'chai'
import { DeferredTouches } from '../../../lib/stores/sqlite/deferred-touches'

describe('SqliteStore: deferred touches', () => {
  it('do not end the process if the app has closed its database, and the next touch reports it', () => {
    const database = {
      // As the getter of node:sqlite does
      get isTransaction(): boolean {
        throw new Error('database is not open')
      },
    }
    const touches = new DeferredTouches(database as never, { extend: undefined as never })
    try {
      expect(touches.add('a', 1, Date.now() + 60_000)).to.equal(true)
      touches.write()
      expect(touches.add('a', 1, Date.now() + 60_000)).to.equal(false)
    } finally {
      touches.stop()
    }
  })
})
