import { expect } from 'chai'
import { onEachStore } from '../support/hosts'
import { TimedSite } from '../support/timed-site'
import { useTimers } from '../support/timers'
import { useServers } from '../support/wire'

onEachStore('options: storeTimeout, after five unanswered calls', (host, storage) => {
  useServers()
  const timers = useTimers()
  const refused = [503, host.errorText('store does not respond; the circuit breaker is open for a second', 503)]

  /** A site whose store has not responded to so many requests. */
  async function unanswered(count = 5): Promise<TimedSite> {
    const timed = await new TimedSite(host, storage, { storeTimeout: 500 }).enter()
    timed.store.fail('get', 'silence')
    const wires = await Promise.all(Array.from({ length: count }, async () => timed.ask('/read')))
    await timed.store.silent(count)
    timers.turn(500)
    for (const wire of wires) await wire.answer()
    timed.store.asked.splice(0)
    return timed
  }

  it('requests fail at once for a second, and the store is not called', async () => {
    const timed = await unanswered()
    expect(await timed.visit('/read')).to.deep.equal(refused)
    expect(timed.site.errors.at(-1)).to.include({ code: 'ERR_STORE_UNAVAILABLE', status: 503 })
    expect(timed.store.asked).to.deep.equal([])
  })

  it('requests go on after four', async () => {
    const timed = await unanswered(4)
    timed.store.mend()
    expect(await timed.visit('/read')).to.deep.equal([200, 'read'])
  })

  it('one request calls the store again after a second, and does not wait for the response', async () => {
    const timed = await unanswered()
    timers.turn(1000)
    expect(await timed.visit('/read')).to.deep.equal(refused)
    expect(timed.store.asked).to.deep.equal(['get'])
    expect(await timed.visit('/read')).to.deep.equal(refused)
    expect(timed.store.asked).to.deep.equal(['get'])
  })

  it('requests go on as soon as that call is answered', async () => {
    const timed = await unanswered()
    timers.turn(1000)
    await timed.visit('/read')
    timed.store.mend()
    timed.store.speak()
    expect(await timed.visit('/read')).to.deep.equal([200, 'read'])
  })

  // A store of promises calls back later
  if (storage.touch === 'touch') {
    it('requests go on with the one that calls again, if it is answered at once', async () => {
      const timed = await unanswered()
      timers.turn(1000)
      timed.store.mend()
      expect(await timed.visit('/read')).to.deep.equal([200, 'read'])
    })
  }
})
