import { expect } from 'chai'
import { data } from '../support/handlers'
import type { Handler } from '../support/host'
import { useUncaught } from '../support/uncaught'
import { turns } from '../support/wire'
import type { Done, Fault, Given } from './faults'
import { answerError } from './line'
import { SERVERS, useClients } from './servers'
import { asStore, breakStore, PlainStore, type Method } from './stores'

const boom = (): never => {
  throw new Error('boom')
}

/** Where an app may throw while its store calls back, and the failing method of the store. */
const THROWS: Record<string, { method: Method; handler: Handler }> = {
  'the handler': { method: 'get', handler: boom },
  'a callback of save': { method: 'set', handler: req => ((data(req).user = 'ada'), req.session.save(boom)) },
  'a callback of reload': { method: 'get', handler: req => req.session.reload(boom) },
  'a callback of destroy': { method: 'destroy', handler: req => req.session.destroy(boom) },
  'a callback of regenerate': { method: 'destroy', handler: req => req.session.regenerate(boom) },
}

/**
 * Stores that treat an error from their callback as their own, as connect-redis does.
 *
 * @param seen records these errors
 */
const guarded = (seen: unknown[]): Record<string, Fault> => {
  const call = (done: Done, given: Given): void => {
    try {
      done(...given)
    } catch (err) {
      seen.push(err)
      done(err)
    }
  }
  return {
    'calls back at once': { act: (good, done) => call(done, good()) },
    'calls back later': { act: (good, done) => void setImmediate(() => call(done, good())) },
    'calls back behind a promise': { act: async (good, done) => call(done, await Promise.resolve(good())) },
    promises: { act: async good => good()[1], declares: false },
  }
}

describe('faults: an error of the app is thrown once, and does not reach the store', () => {
  const uncaught = useUncaught()
  useClients()

  for (const [who, { method, handler }] of Object.entries(THROWS)) {
    for (const way of Object.keys(guarded([]))) {
      for (const [server, { serve }] of Object.entries(SERVERS)) {
        it(`${who} throws, the store ${way}; ${server}`, async () => {
          const store = new PlainStore()
          const [seen, errors]: unknown[][] = [[], []]
          let handled = 0
          const client = await serve({
            options: { store: asStore(store) },
            handler: (req, res, next) => {
              if (req.url === '/enter') return ((data(req).entered = true), res.end())
              handled++
              return handler(req, res, next)
            },
            fail: (err, res) => (errors?.push(err), answerError(err, res)),
          })
          const { cookie } = await client.ask('/enter').reply
          breakStore(store, method, guarded(seen as unknown[])[way] as Fault)
          // A server that catches no errors sends no response
          client.ask('/', cookie).reply.catch(() => {})
          while (uncaught.length === 0 && errors?.length === 0) await turns(1)
          await turns()
          client.close()
          expect({ seen, handled }).to.deep.equal({ seen: [], handled: 1 })
          expect([...(errors as Error[]), ...(uncaught as Error[])].map(err => err.message)).to.deep.equal(['boom'])
        })
      }
    }
  }
})
