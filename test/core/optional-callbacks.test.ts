import { expect } from 'chai'
import { MemoryStore } from '../../lib'
import { count } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { siteOn, type Handler } from '../support/site'
import { useUncaught } from '../support/uncaught'
import { turns } from '../support/wire'

/** Values that are no callbacks. */
const VALUES: readonly unknown[] = [{}, { save: true }, [], 'done', 5, true, null]

onEachHost('session: a value in place of the callback that is not a function', host => {
  const uncaught = useUncaught()

  for (const method of ['save', 'reload', 'regenerate', 'destroy'] as const) {
    it(`${method} returns a promise, as without a callback`, async () => {
      for (const value of VALUES) {
        const act: Handler = async (req, res) => {
          if (req.url === '/') return count(req, res)
          const given = method === 'regenerate' ? [{}, value] : [value]
          const returned: unknown = Reflect.apply(req.session[method], req.session, given)
          const isPromise = returned instanceof Promise
          await returned
          res.end(String(isPromise))
        }
        const site = siteOn(host, {}, act)
        const visitor = site.visitor()
        await visitor.get()
        expect([(await visitor.get('/act')).text, site.errors], JSON.stringify(value)).to.deep.equal(['true', []])
      }
      await turns()
      expect(uncaught).to.deep.equal([])
    })
  }

  it('regenerate with options calls back', async () => {
    const site = siteOn(host, {}, (req, res) => {
      count(req, { end: () => {} } as never)
      Reflect.apply(req.session.regenerate, req.session, [
        { keep: true },
        (err?: unknown) => res.end(String(err ?? req.session.id.length > 0)),
      ])
    })
    expect((await site.get()).text).to.equal('true')
  })
})

describe('stores: a value in place of the callback that is not a function', () => {
  const uncaught = useUncaught()

  for (const [method, first] of [
    ['load', 'unknown'],
    ['regenerate', { sessionID: 'unknown' }],
  ] as const) {
    it(`${method} returns a promise, as without a callback`, async () => {
      const store = new MemoryStore()
      Object.assign(store, { generate: () => {} })
      for (const value of VALUES) {
        const returned: unknown = Reflect.apply(store[method], store, [first, value])
        expect(returned, JSON.stringify(value)).to.be.a('promise')
        await returned
      }
      await turns()
      expect(uncaught).to.deep.equal([])
    })
  }
})
