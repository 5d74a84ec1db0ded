import { expect } from 'chai'
import type { Atomic, PublishedStore } from '../../lib/atomic'
import { StoreUnderTest } from '../../lib/store-contract/store-under-test'
import type { Session } from '../../lib/core/session/session'
import type { Outcome, SessionStore } from '../../lib/core/store/contract'
import type { Version } from '../../lib/core/record/snapshot'

/** A published store. Every package has types of its own. */
export type AnyStore = SessionStore & PublishedStore

/** Calls a store with promises. */
export function promised(store: unknown): StoreUnderTest {
  return new StoreUnderTest(store as SessionStore)
}

/**
 * One call, without the client of the middleware.
 *
 * @returns the error that the store called back with
 */
export function asked(store: AnyStore, method: 'get' | 'compareAndSet' | 'update', ...args: unknown[]): Promise<unknown> {
  return new Promise(resolve => {
    const call = store[method] as unknown as (...args: unknown[]) => unknown
    call.call(store, ...args, resolve)
  })
}

/** The codes of the errors that each method calls back with. */
export async function codesOf(store: AnyStore): Promise<unknown[]> {
  const session = promised(store).session('a', { n: 1 })
  const errors = [
    await asked(store, 'get', 'a'),
    await asked(store, 'compareAndSet', 'a', session, null),
    await asked(store, 'compareAndSet', 'a', session, '{}'),
    await asked(store, 'update', 'a', session),
  ]
  return errors.map(err => (err as { readonly code?: unknown }).code)
}

/** The tests that apply to every engine, without a connection. */
export function abilities<S extends PublishedStore>(make: () => S, atomic: (store: S) => S & Atomic): void {
  describe('the abilities', () => {
    it('are added to the store itself', () => {
      const store = make()
      expect(atomic(store)).to.equal(store)
    })

    it('are own properties that are not enumerable', () => {
      const store = make()
      const before = Object.keys(store)
      atomic(store)
      expect(Object.keys(store)).to.deep.equal(before)
      for (const name of ['get', 'compareAndSet', 'update']) {
        const { value, ...rest } = Object.getOwnPropertyDescriptor(store, name) ?? {}
        expect(value).to.be.a('function')
        expect(rest).to.deep.equal({ enumerable: false, writable: true, configurable: true })
      }
    })

    it('have the number of parameters of methods with a callback', () => {
      const store = atomic(make())
      expect([store.get.length, store.compareAndSet.length, store.update.length]).to.deep.equal([2, 4, 3])
    })

    it('are refused for a store whose get or set has been replaced', () => {
      for (const name of ['get', 'set'] as const) {
        const store = make()
        store[name] = (() => {}) as never
        expect(() => atomic(store)).to.throw(TypeError, 'has been replaced')
      }
      expect(() => atomic(atomic(make()))).to.throw(TypeError, 'was applied to this store before')
    })

    it('are refused for other values', () => {
      for (const other of [undefined, null, {}, new Map(), () => {}])
        expect(() => atomic(other as never)).to.throw(TypeError, /^atomic\w+ needs a /)
    })
  })
}

interface Shared {
  plain: () => AnyStore
  atomic: () => AnyStore
  /** The record of the engine: its JSON and its expiry in seconds. */
  raw: (id: string) => Promise<[text: unknown, expiry: unknown]>
}

/** Tests a published store and one with the abilities on the same records, in both directions. */
export function sharing(title: string, { plain, atomic, raw }: Shared): void {
  describe(`${title}: the records`, () => {
    const data = { user: 'tobi', n: 7, text: 'ü 漢 🍪 "quoted" \\ \n' }

    for (const maxAge of [null, 90_000]) {
      const of = maxAge ? 'with a maxAge' : 'that ends with the browser'
      it(`are what the store itself writes, of a session ${of}`, async () => {
        const [published, ours] = [promised(plain()), promised(atomic())]
        const live = ours.session('a', data, maxAge)
        await published.put('a', live)
        await published.put('c', live)
        const before = await raw('a')
        expect(before[0]).to.be.a('string').that.is.not.empty
        await written(ours, 'b', live, null)
        await written(ours, 'a', live, await ours.version('a'))
        expect(await ours.update('c', live)).to.equal(true)
        for (const id of ['a', 'b', 'c']) {
          const [text, expiry] = await raw(id)
          expect(text).to.equal(before[0])
          expect(Number(expiry)).to.be.closeTo(Number(before[1]), 1)
        }
        for (const id of ['a', 'b', 'c']) await published.destroy(id)
      })
    }

    it('are read by the one as by the other', async () => {
      const [published, ours] = [promised(plain()), promised(atomic())]
      await ours.compareAndSet('d', data, null, 60_000)
      expect(await published.get('d')).to.deep.equal(await ours.get('d'))
      expect((await published.get('d'))?.user).to.equal('tobi')
      await published.set('d', { n: 8 }, 60_000)
      expect(await published.get('d')).to.deep.equal(await ours.get('d'))
      expect((await ours.get('d'))?.n).to.equal(8)
      await published.destroy('d')
      expect(await ours.get('d')).to.equal(undefined)
    })
  })
}

/** Writes the same session with a new expiry. */
async function written(store: StoreUnderTest, id: string, live: Session, version: Version | null): Promise<void> {
  const outcome = await new Promise<Outcome | undefined>((resolve, reject) =>
    store.store.compareAndSet?.(id, live, version, (err, outcome) => (err ? reject(err as Error) : resolve(outcome))),
  )
  expect(outcome?.ok).to.equal(true)
}
