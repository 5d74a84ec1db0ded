import { equal, notEqual } from 'node:assert/strict'
import type { Group } from './suite'

const DAY = 86_400_000
/** Up to this many times the shortest lifetime, which is enough for every machine. */
const LONGEST = 16

/** When a session expires. */
export const expiring: Group = ({ rule, id, wait, shortest, lacks }) => {
  rule('keeps a session without a lifetime', async store => {
    const key = id()
    await store.set(key, { n: 1 }, null)
    await wait(shortest * 2)
    notEqual(await store.get(key), undefined)
  })

  for (const [days, name] of [
    [30, 'a month'],
    [366, 'a year'],
    [3660, 'ten years'],
  ] as const) {
    // A timer of more than 2^31 milliseconds, 24.8 days, fires at once
    rule(`keeps a session with a lifetime of ${name}`, async store => {
      const key = id()
      await store.set(key, { n: 1 }, days * DAY)
      await wait(shortest)
      notEqual(await store.get(key), undefined)
    })
  }

  if (lacks('expiry')) return

  rule('get finds no expired session', async store => {
    const key = id()
    let life = shortest
    // A busy machine may read too late. It then repeats the test with a longer lifetime
    for (; ; life *= 2) {
      const start = Date.now()
      await store.set(key, { n: 1 }, life)
      const found = await store.get(key)
      if (Date.now() - start >= life && life < shortest * LONGEST) continue
      notEqual(found, undefined)
      break
    }
    await wait(life * 2)
    equal(await store.get(key), undefined)
  })

  rule('get finds no session that had expired before it was set', async store => {
    const key = id()
    await store.set(key, { n: 1 }, -DAY)
    await wait(shortest)
    equal(await store.get(key), undefined)
  })

  rule('set replaces an expired session', async store => {
    const key = id()
    await store.set(key, { n: 1 }, shortest)
    await wait(shortest * 2)
    await store.set(key, { n: 2 }, 60_000)
    equal((await store.get(key))?.n, 2)
  })
}

/** What a touch changes, and what it does not. */
export const touching: Group = ({ rule, id, wait, shortest, lacks }) => {
  if (lacks('touch')) return

  rule('touch is a method', async store => {
    equal(store.has('touch'), true)
  })

  rule('touch moves the expiry', async store => {
    const key = id()
    // A busy machine may touch or read too late. It then repeats the test with a longer lifetime
    for (let life = shortest * 2; ; life *= 2) {
      const start = Date.now()
      await store.set(key, { n: 1 }, life)
      await store.touch(key, { n: 1 }, life * 5)
      const isTooLate = Date.now() - start >= life
      await wait(life * 1.5)
      const found = await store.get(key)
      if ((isTooLate || Date.now() - start >= life * 5) && life < shortest * LONGEST) continue
      equal(found?.n, 1)
      return
    }
  })

  rule('touch creates no session', async store => {
    const key = id()
    // Some stores return an error, which the middleware accepts
    await store.touch(key, { n: 1 }, 60_000).catch(() => {})
    equal(await store.get(key), undefined)
  })

  rule('touch does not restore a destroyed session', async store => {
    const key = id()
    await store.set(key, { n: 1 }, 60_000)
    await store.destroy(key)
    await store.touch(key, { n: 1 }, 60_000).catch(() => {})
    equal(await store.get(key), undefined)
  })

  rule('touch does not change the data', async store => {
    const key = id()
    await store.set(key, { n: 1 }, 60_000)
    await store.touch(key, { n: 2 }, 60_000)
    equal((await store.get(key))?.n, 1)
  })
}
