import { deepStrictEqual, equal } from 'node:assert/strict'
import type { StoreUnderTest } from './store-under-test'
import type { Group } from './suite'

/** The optional methods for all sessions. They need an empty store when the test begins. */
export const listing: Group = ({ rule, id, wait, shortest, lacks }) => {
  const three = async (store: StoreUnderTest): Promise<void> => {
    for (const n of [1, 2, 3]) await store.set(id(), { n }, 60_000)
  }

  if (!lacks('all')) {
    rule('all returns every session', async store => {
      await three(store)
      deepStrictEqual(await numbers(store), [1, 2, 3])
    })
  }

  if (!lacks('all') && !lacks('expiry')) {
    rule('all leaves out expired sessions', async store => {
      await store.set(id(), { n: 0 }, shortest)
      await three(store)
      await wait(shortest * 2)
      deepStrictEqual(await numbers(store), [1, 2, 3])
    })
  }

  if (!lacks('length')) {
    rule('length counts the sessions', async store => {
      equal(Number(await store.ask('length')), 0)
      await three(store)
      equal(Number(await store.ask('length')), 3)
    })
  }

  if (!lacks('clear')) {
    rule('clear removes all sessions', async store => {
      const key = id()
      await store.set(key, {}, 60_000)
      await three(store)
      await store.ask('clear')
      equal(await store.get(key), undefined)
    })
  }
}

/** The sessions as an array: some stores return an object by ID. */
async function numbers(store: StoreUnderTest): Promise<unknown[]> {
  const all = (await store.ask('all')) as { n: number }[] | Record<string, { n: number }>
  return Object.values(all)
    .map(session => session.n)
    .sort()
}
