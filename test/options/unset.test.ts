import { expect } from 'chai'
import { count, routes } from '../support/handlers'
import { Site, type Handler } from '../support/site'
import { session } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

describe('options: unset', () => {
  const drop: Record<string, Handler> = {
    'set to null': (req, res) => {
      req.session = null as never
      res.end()
    },
    deleted: (req, res) => {
      Reflect.deleteProperty(req, 'session')
      res.end()
    },
    'set to undefined': (req, res) => {
      req.session = undefined as never
      res.end()
    },
  }

  const visits = async (unset: 'keep' | 'destroy' | undefined, handler: Handler): Promise<{ calls: string[]; next: string }> => {
    const store = new TracingStore()
    const visitor = new Site({ unset, store }, routes({ '/': count, '/drop': handler })).visitor()
    await visitor.get()
    store.trace()
    await visitor.get('/drop')
    return { calls: store.trace(), next: (await visitor.get()).text }
  }

  for (const [how, handler] of Object.entries(drop)) {
    it(`"destroy" destroys a session that was ${how}`, async () => {
      expect(await visits('destroy', handler)).to.deep.equal({ calls: ['get', 'destroy'], next: '1' })
    })

    it(`"keep" keeps a session that was ${how}, as the last save left it`, async () => {
      expect(await visits('keep', handler)).to.deep.equal({ calls: ['get'], next: '2' })
    })
  }

  for (const value of [false, 0, '', NaN]) {
    it(`"destroy" destroys no session that was set to ${value === '' ? 'an empty string' : String(value)}`, async () => {
      const replace: Handler = (req, res) => {
        req.session = value as never
        res.end()
      }
      expect(await visits('destroy', replace)).to.deep.equal({ calls: ['get'], next: '2' })
    })
  }

  it('is "keep" by default', async () => {
    expect((await visits(undefined, drop.deleted as Handler)).calls).to.deep.equal(['get'])
  })

  it('"destroy" does not destroy a session whose record could not be read', async () => {
    const store = new TracingStore()
    const site = new Site({ unset: 'destroy', store }, count)
    const visitor = site.visitor()
    await visitor.get()
    store.get = (_, callback) => callback(new Error('timed out'))
    expect((await visitor.get()).text).to.equal('timed out')
    expect(store.calls).to.not.contain('destroy')
  })

  it('refuses other values', () => {
    for (const unset of ['remove', true, 1]) {
      expect(() => session({ secret: 'x', unset: unset as never })).to.throw(TypeError, 'unset option must be "destroy" or "keep"')
    }
  })
})
