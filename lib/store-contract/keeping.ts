import { deepStrictEqual, equal, notEqual, ok } from 'node:assert/strict'
import type { Data } from './store-under-test'
import type { Group } from './suite'

/** How get, set and destroy work together. */
export const keeping: Group = ({ rule, id }) => {
  rule('get finds nothing for an unknown ID, without an error', async store => {
    equal(await store.get(id()), undefined)
  })

  rule('get returns what was set', async store => {
    const key = id()
    await store.set(key, { user: 'tobi', visits: 3 })
    const found = await store.get(key)
    deepStrictEqual(dataOf(found), { user: 'tobi', visits: 3 })
  })

  rule('keeps the cookie and its lifetime', async store => {
    const key = id()
    await store.set(key, {}, 60_000)
    const cookie = (await store.get(key))?.cookie
    ok(cookie, 'a session has a cookie')
    equal(cookie.originalMaxAge, 60_000)
    ok(Math.abs(new Date(cookie.expires as Date).valueOf() - Date.now() - 60_000) < 5_000, `expires ${String(cookie.expires)}`)
  })

  rule('set replaces the whole session', async store => {
    const key = id()
    await store.set(key, { old: true, n: 1 })
    await store.set(key, { n: 2 })
    deepStrictEqual(dataOf(await store.get(key)), { n: 2 })
  })

  rule('keeps several sessions apart', async store => {
    const keys = [id(), id(), id()]
    await Promise.all(keys.map((key, n) => store.set(key, { n })))
    for (const [n, key] of keys.entries()) deepStrictEqual(dataOf(await store.get(key)), { n })
  })

  rule('destroy removes one session and no other', async store => {
    const [gone, kept] = [id(), id()]
    await store.set(gone, { n: 1 })
    await store.set(kept, { n: 2 })
    await store.destroy(gone)
    equal(await store.get(gone), undefined)
    notEqual(await store.get(kept), undefined)
  })

  rule('destroy of a missing session is not an error', async store => {
    await store.destroy(id())
  })

  rule('set creates a session that was destroyed before', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    await store.destroy(key)
    await store.set(key, { n: 2 })
    deepStrictEqual(dataOf(await store.get(key)), { n: 2 })
  })
}

/** What a session may contain, and who may change it. */
export const copying: Group = ({ rule, id }) => {
  const values: Data = {
    text: 'ü 漢 🍪 \u2028 "quoted" \\ \n',
    empty: '',
    zero: 0,
    no: false,
    nothing: null,
    list: [1, [2, { three: 3 }]],
    nested: { deep: { deeper: { 'a.b$c': 1 } } },
  }

  rule('keeps every JSON value', async store => {
    const key = id()
    await store.set(key, values)
    deepStrictEqual(dataOf(await store.get(key)), values)
  })

  rule('keeps a session of 100 KB', async store => {
    const key = id()
    const text = 'abcdefghij'.repeat(10_000)
    await store.set(key, { text })
    equal((await store.get(key))?.text, text)
  })

  rule('get returns a copy', async store => {
    const key = id()
    await store.set(key, { list: [1] })
    const found = await store.get(key)
    ;(found?.list as number[]).push(2)
    deepStrictEqual(dataOf(await store.get(key)), { list: [1] })
  })

  rule('set stores a copy', async store => {
    const key = id()
    const data = { list: [1] }
    await store.set(key, data)
    data.list.push(2)
    deepStrictEqual(dataOf(await store.get(key)), { list: [1] })
  })

  rule('serves 50 concurrent calls', async store => {
    const keys = Array.from({ length: 50 }, id)
    await Promise.all(keys.map((key, n) => store.set(key, { n })))
    const found = await Promise.all(keys.map(key => store.get(key)))
    deepStrictEqual(
      found.map(session => session?.n),
      keys.map((_, n) => n),
    )
  })
}

/** The data of a session, without its cookie and keys that some stores add. */
function dataOf(session: Data | undefined): Data | undefined {
  if (!session) return undefined
  const { cookie: _, lastModified: __, __lastAccess: ___, id: ____, updated: _____, ...data } = session
  return JSON.parse(JSON.stringify(data)) as Data
}
