import { expect } from 'chai'
import { count, endWith, routes } from '../support/handlers'
import { setCookie, Site, type Handler } from '../support/site'
import { TracingStore } from '../support/tracing-store'

describe('session: destroy', () => {
  const visits = async (destroy: Handler): Promise<{ text: string; calls: string[]; cookie?: string; next: string }> => {
    const store = new TracingStore()
    const visitor = new Site({ store }, routes({ '/': count, '/destroy': destroy })).visitor()
    await visitor.get()
    store.trace()
    const res = await visitor.get('/destroy')
    const calls = store.trace()
    return { text: res.text, calls, cookie: setCookie(res), next: (await visitor.get()).text }
  }

  it('removes the session from the store', async () => {
    const { calls, next } = await visits((req, res) => req.session.destroy(endWith(res)))
    expect(calls).to.deep.equal(['get', 'destroy'])
    expect(next).to.equal('1')
  })

  it('removes the session from the request at once', async () => {
    const { text } = await visits((req, res) => {
      const seen: unknown[] = []
      req.session.destroy(() => setImmediate(() => res.end(JSON.stringify(seen))))
      seen.push('session' in req, req.session === undefined)
    })
    expect(JSON.parse(text)).to.deep.equal([false, true])
  })

  it('sets no cookie', async () => {
    expect((await visits((req, res) => req.session.destroy(endWith(res)))).cookie).to.equal(undefined)
  })

  it('returns the session with a callback', async () => {
    const { text } = await visits((req, res) => {
      const before = req.session
      const returned = before.destroy(() => setImmediate(() => res.end(String(returned === before))))
    })
    expect(text).to.equal('true')
  })

  it('returns a promise without a callback', async () => {
    const { text, next } = await visits(async (req, res) => {
      await req.session.destroy()
      res.end(String(req.session))
    })
    expect(text).to.equal('undefined')
    expect(next).to.equal('1')
  })

  it('works without a callback and without await', async () => {
    const { calls, next } = await visits((req, res) => {
      void req.session.destroy()
      res.end()
    })
    expect(calls).to.deep.equal(['get', 'destroy'])
    expect(next).to.equal('1')
  })

  it('passes the error of the store to its callback', async () => {
    const store = new TracingStore()
    store.destroy = (_, callback) => callback?.(new Error('no disk'))
    const site = new Site({ store }, (req, res) => req.session.destroy(endWith(res)))
    expect((await site.get()).text).to.equal('failed: no disk')
  })

  it('without await does not end the process if the store fails', async () => {
    const store = new TracingStore()
    store.destroy = (_, callback) => callback?.(new Error('no disk'))
    const site = new Site({ store }, (req, res) => {
      void req.session.destroy()
      res.end('fine')
    })
    expect((await site.get()).text).to.equal('fine')
  })

  it('may be followed by a new session in the same request', async () => {
    const { text, cookie } = await visits((req, res) => {
      req.session.destroy(() => {
        ;(req.sessionStore as { generate(req: object): void }).generate(req)
        count(req, res)
      })
    })
    expect(text).to.equal('1')
    expect(cookie).to.be.a('string')
  })
})
