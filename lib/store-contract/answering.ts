import { fail, ok } from 'node:assert/strict'
import { isPromise, type Callback } from '../primitives/callbacks'
import { callsBack } from '../core/store/contract'
import { NO_ANSWER, PATIENCE, type StoreUnderTest, type Ability } from './store-under-test'
import type { Group } from './suite'
import { inTime, pause } from './in-time'

/** A store answers each call once, through its callback or its promise. */
export const answering: Group = ({ rule, id, lacks, has }) => {
  const methods: readonly [method: Method, left: boolean][] = [
    ['set', false],
    ['get', false],
    ['destroy', false],
    ['touch', lacks('touch')],
    ['compareAndSet', !has('compareAndSet')],
    ['update', !has('update')],
  ]
  for (const [method, left] of methods) {
    if (left) continue
    rule(`${method} calls back or resolves once`, async store => {
      const key = id()
      if (method !== 'set') await store.set(key, { n: 1 }, 60_000)
      const calls = await callsOf(store, method, key)
      ok(calls <= 1, `called back ${calls} times`)
    })
  }

  rule('set and destroy work without a callback', async store => {
    const key = id()
    const { store: bare } = store as unknown as { store: Record<'set' | 'destroy', (...args: unknown[]) => unknown> }
    const found = async (): Promise<boolean> => (await store.get(key)) !== undefined
    await inTime(Promise.resolve(bare.set(key, store.session(key, { n: 1 }, 60_000))), PATIENCE, NO_ANSWER)
    await until(found, 'set without a callback was not done')
    await inTime(Promise.resolve(bare.destroy(key)), PATIENCE, NO_ANSWER)
    await until(async () => !(await found()), 'destroy without a callback was not done')
  })
}

/** Without a callback, the end of the call is found by polling. */
async function until(done: () => Promise<boolean>, complaint: string): Promise<void> {
  for (let waited = 0; !(await done()); waited += 10) {
    if (waited > SOON) fail(complaint)
    await pause(10)
  }
}

type Method = 'set' | 'get' | 'destroy' | 'touch' | Ability

/** How long to wait for a second call back, in milliseconds. */
const AFTERWARDS = 50
/** How long a call without a callback may take, in milliseconds. */
const SOON = 1_000

/**
 * Waits for the answer, and for a second one.
 *
 * @returns the number of callbacks
 */
async function callsOf(store: StoreUnderTest, method: Method, key: string): Promise<number> {
  let calls = 0
  const bare = (store.store as unknown as Record<typeof method, (...args: unknown[]) => unknown>)[method]
  const args: unknown[] = method === 'get' || method === 'destroy' ? [key] : [key, store.session(key, { n: 2 }, 60_000)]
  // The session exists, so the store refuses, which is an answer too
  if (method === 'compareAndSet') args.push(null)
  const answered = new Promise<void>((resolve, reject) => {
    const callback: Callback = err => {
      calls++
      if (err) reject(err as Error)
      else resolve()
    }
    const returned = bare.call(store.store, ...args, callback)
    if (isPromise(returned) && !callsBack(bare, args)) returned.then(() => resolve(), reject)
  })
  await inTime(answered, PATIENCE, NO_ANSWER)
  await pause(AFTERWARDS)
  return calls
}
