import { expect } from 'chai'
import { FaultyStore } from '../../support/faulty-store'
import { useTimers } from '../../support/timers'
import { turns } from '../../support/wire'
import { count, KoaSite, leave, lines, show, type Handler, type KoaSessionOptions } from '../site'
import { Told } from '../told'

type Method = 'get' | 'set' | 'destroy'

const HANDLERS: Record<string, Handler> = { '/': count, '/read': show, '/leave': leave }
const CALLS = [
  ['get', '/read'],
  ['set', '/'],
  ['destroy', '/leave'],
] as const

/** How a store of each kind falls silent, and how often it has been asked since. */
type Silence = (method: Method) => [store: unknown, begin: () => void, asked: () => boolean]

const STORES: Record<string, Silence> = {
  'express-session’s store': method => {
    const store = new FaultyStore()
    const begin = (): void => void [store.asked.splice(0), store.fail(method, 'silence')]
    return [store, begin, () => store.asked.includes(method)]
  },
  'a store of promises': method => {
    const store = new Told()
    let isAsked = false
    return [store, () => void (store[method] = () => ((isAsked = true), new Promise(() => {}))), () => isAsked]
  },
}

for (const [kind, falling] of Object.entries(STORES)) {
  describe(`koa options: storeTimeout, of ${kind}`, () => {
    const timers = useTimers()

    /** A visit that the store leaves without an answer. */
    const hang = async (
      method: Method,
      path: string,
      options: KoaSessionOptions,
    ): Promise<[KoaSite, Promise<[number, string[]]>, () => boolean]> => {
      const [store, begin, asked] = falling(method)
      const site = new KoaSite({ store: store as never, ...options }, HANDLERS)
      const visitor = site.visitor()
      await visitor.get()
      begin()
      let isOver = false
      const answered = visitor.get(path).then(res => ((isOver = true), [res.status, lines(res)] as [number, string[]]))
      while (!asked()) await turns(1)
      return [site, answered, () => isOver]
    }

    for (const [method, path] of CALLS) {
      it(`a ${method} that has not come back in time is an error of the request`, async () => {
        const [site, answered, isOver] = await hang(method, path, { storeTimeout: 500 })
        timers.turn(499)
        await turns()
        expect(isOver()).to.equal(false)
        timers.turn(1)
        expect(await answered).to.deep.equal([503, []])
        expect(site.errors.map(err => err.message)).to.deep.equal(['store did not answer within 500 ms'])
      })
    }

    it('is ten seconds where nothing is said', async () => {
      const [, answered, isOver] = await hang('get', '/read', {})
      timers.turn(9_999)
      await turns()
      expect(isOver()).to.equal(false)
      timers.turn(1)
      expect((await answered)[0]).to.equal(503)
    })

    it('is told to onError as any other failure', async () => {
      const heard: unknown[] = []
      const onError = (err: unknown, what: string): void => void heard.push([(err as { code: string }).code, what])
      const [, answered] = await hang('get', '/read', { storeTimeout: 500, onError })
      timers.turn(500)
      expect((await answered)[0]).to.equal(200)
      expect(heard).to.deep.equal([['ERR_STORE_TIMEOUT', 'get']])
    })

    for (const storeTimeout of [1, 2 ** 31 - 1, Infinity]) {
      it(`takes ${storeTimeout}`, () => {
        expect(() => new KoaSite({ store: falling('get')[0] as never, storeTimeout }, HANDLERS)).to.not.throw()
      })
    }
    for (const storeTimeout of [0, -1, NaN, 2 ** 31, '500', null]) {
      it(`refuses ${typeof storeTimeout} ${String(storeTimeout)} when the app starts`, () => {
        expect(() => new KoaSite({ store: falling('get')[0] as never, storeTimeout: storeTimeout as never }, HANDLERS)).to.throw(
          TypeError,
          /^storeTimeout option must be a number/,
        )
      })
    }
  })
}
