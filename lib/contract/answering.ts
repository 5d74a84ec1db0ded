import { equal, ok } from 'node:assert/strict'
import { isPromise, type Callback } from '../core/store-port'
import type { Candidate } from './candidate'
import type { Group } from './exam'

/** How a store answers: each call once, by its callback or by its promise. */
export const answering: Group = ({ rule, id, lacks }) => {
  for (const method of ['set', 'get', 'destroy', 'touch'] as const) {
    if (method === 'touch' && lacks('touch')) continue
    rule(`${method} answers once`, async store => {
      const key = id()
      if (method !== 'set') await store.set(key, { n: 1 }, 60_000)
      const answers = await answersOf(store, method, key)
      ok(answers.promised || answers.calls > 0, 'neither called back nor returned a promise')
      ok(answers.calls <= 1, `called back ${answers.calls} times`)
    })
  }

  rule('set and destroy do without a callback', async store => {
    const key = id()
    const { store: bare } = store as unknown as { store: Record<'set' | 'destroy', (...args: unknown[]) => unknown> }
    await bare.set(key, store.session(key, { n: 1 }, 60_000))
    await store.get(key)
    await bare.destroy(key)
    await store.destroy(key)
    equal(await store.get(key), undefined)
  })
}

interface Answers {
  calls: number
  promised: boolean
}

/** Waits for the first answer, and a turn of the loop longer for a second one. */
async function answersOf(store: Candidate, method: 'get' | 'set' | 'destroy' | 'touch', key: string): Promise<Answers> {
  const answers: Answers = { calls: 0, promised: false }
  await new Promise<void>((resolve, reject) => {
    const callback: Callback = err => {
      answers.calls++
      if (err) reject(err)
      else resolve()
    }
    const bare = store.store as unknown as Record<typeof method, (...args: unknown[]) => unknown>
    const session = store.session(key, { n: 2 }, 60_000)
    const returned = method === 'set' || method === 'touch' ? bare[method](key, session, callback) : bare[method](key, callback)
    answers.promised = isPromise(returned)
    if (isPromise(returned) && bare[method].length < (method === 'set' || method === 'touch' ? 3 : 2))
      returned.then(() => resolve(), reject)
  })
  await new Promise(resolve => setImmediate(resolve))
  return answers
}
