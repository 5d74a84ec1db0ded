import { deepStrictEqual, equal, notEqual, ok } from 'node:assert/strict'
import type { Data } from './store-under-test'
import type { Group } from './suite'

/** What get, set and destroy owe each other. */
export const keeping: Group = ({ rule, id }) => {
  rule('finds nothing under an id that was never set, and calls that no error', async store => {
    equal(await store.get(id()), undefined)
  })

  rule('finds what was set', async store => {
    const key = id()
    await store.set(key, { user: 'tobi', visits: 3 })
    const found = await store.get(key)
    deepStrictEqual(dataOf(found), { user: 'tobi', visits: 3 })
  })

  rule('keeps the cookie with its lifetime', async store => {
    const key = id()
    await store.set(key, {}, 60_000)
    const cookie = (await store.get(key))?.cookie
    ok(cookie, 'a session has a cookie')
    equal(cookie.originalMaxAge, 60_000)
    ok(Math.abs(new Date(cookie.expires as Date).valueOf() - Date.now() - 60_000) < 5_000, `expires ${String(cookie.expires)}`)
  })

  rule('replaces what was there', async store => {
    const key = id()
    await store.set(key, { old: true, n: 1 })
    await store.set(key, { n: 2 })
    deepStrictEqual(dataOf(await store.get(key)), { n: 2 })
  })

  rule('keeps sessions apart', async store => {
    const keys = [id(), id(), id()]
    await Promise.all(keys.map((key, n) => store.set(key, { n })))
    for (const [n, key] of keys.entries()) deepStrictEqual(dataOf(await store.get(key)), { n })
  })

  rule('destroys one session and no other', async store => {
    const [gone, kept] = [id(), id()]
    await store.set(gone, { n: 1 })
    await store.set(kept, { n: 2 })
    await store.destroy(gone)
    equal(await store.get(gone), undefined)
    notEqual(await store.get(kept), undefined)
  })

  rule('has nothing against destroying what is not there', async store => {
    await store.destroy(id())
  })

  rule('takes an id again that was destroyed', async store => {
    const key = id()
    await store.set(key, { n: 1 })
    await store.destroy(key)
    await store.set(key, { n: 2 })
    deepStrictEqual(dataOf(await store.get(key)), { n: 2 })
  })
}

/** What a session may hold, and who owns it. */
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

  rule('keeps all that JSON can say', async store => {
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

  rule('gives out a copy: changing it changes nothing in the store', async store => {
    const key = id()
    await store.set(key, { list: [1] })
    const found = await store.get(key)
    ;(found?.list as number[]).push(2)
    deepStrictEqual(dataOf(await store.get(key)), { list: [1] })
  })

  rule('takes a copy: changing the session afterwards changes nothing in the store', async store => {
    const key = id()
    const data = { list: [1] }
    await store.set(key, data)
    data.list.push(2)
    deepStrictEqual(dataOf(await store.get(key)), { list: [1] })
  })

  rule('serves many at once', async store => {
    const keys = Array.from({ length: 50 }, id)
    await Promise.all(keys.map((key, n) => store.set(key, { n })))
    const found = await Promise.all(keys.map(key => store.get(key)))
    deepStrictEqual(
      found.map(session => session?.n),
      keys.map((_, n) => n),
    )
  })
}

/** A session without its cookie, and without what some stores add of their own. */
function dataOf(session: Data | undefined): Data | undefined {
  if (!session) return undefined
  const { cookie: _, lastModified: __, __lastAccess: ___, id: ____, updated: _____, ...data } = session
  return JSON.parse(JSON.stringify(data)) as Data
}
