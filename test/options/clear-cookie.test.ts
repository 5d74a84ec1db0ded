import { expect } from 'chai'
import { Browser, lines } from '../support/browser'
import { FaultyStore } from '../support/faulty-store'
import { count, endWith, routes, show } from '../support/handlers'
import { Site, type Handler } from '../support/site'
import { session, type SessionOptions } from '../support/subject'

const HANDLERS: Record<string, Handler> = {
  '/': count,
  '/read': show,
  '/logout': (req, res) => req.session.destroy(endWith(res)),
  '/unset': (req, res) => ((req.session = null as never), res.end('unset')),
  '/again': (req, res) => req.session.regenerate(() => count(req, res)),
}

const CLEARED = 'connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly'

interface Visited {
  readonly client: Browser
  readonly store: FaultyStore
}

async function visited(options: Partial<SessionOptions> = {}): Promise<Visited> {
  const store = new FaultyStore()
  const client = new Site({ store, clearCookie: true, unset: 'destroy', ...options }, routes(HANDLERS)).browser()
  await client.get()
  return { client, store }
}

describe('options: clearCookie', () => {
  for (const path of ['/logout', '/unset']) {
    it(`removes the cookie of a session that ends with ${path}`, async () => {
      const { client } = await visited()
      expect(lines(await client.get(path))).to.deep.equal([CLEARED])
      expect((await client.get()).text).to.equal('1')
    })

    it(`is off by default: ${path} sets no cookie`, async () => {
      const { client } = await visited({ clearCookie: undefined })
      expect(lines(await client.get(path))).to.deep.equal([])
    })

    it(`sets no cookie with ${path} for a client without a cookie`, async () => {
      const { client } = await visited()
      expect(lines(await new Browser(client.server).get(path))).to.deep.equal([])
    })
  }

  it('removes a cookie whose session the store does not have', async () => {
    const { client, store } = await visited()
    await store.clear()
    expect(lines(await client.get('/read'))).to.deep.equal([CLEARED])
  })

  it('sets the cookie of the new session if there is one', async () => {
    const { client, store } = await visited()
    expect(lines(await client.get('/again'))[0]).to.match(/^connect\.sid=s%3A/)
    await store.clear()
    expect(lines(await client.get('/'))[0]).to.match(/^connect\.sid=s%3A/)
  })

  it('does not clear the cookie of an existing session', async () => {
    const { client } = await visited()
    expect(lines(await client.get('/read'))).to.deep.equal([])
  })

  it('does not clear the cookie if the store could not be read', async () => {
    const { client, store } = await visited()
    store.fail('get', new Error('down'))
    expect(lines(await client.get('/read'))).to.deep.equal([])
  })

  for (const path of ['/logout', '/unset']) {
    it(`does not clear the cookie if the session could not be destroyed, with ${path}`, async () => {
      const { client, store } = await visited()
      store.fail('destroy', new Error('down'))
      expect(lines(await client.get(path))).to.deep.equal([])
    })
  }

  it('removes the cookie with the path and the domain with which it was set', async () => {
    const { client } = await visited({ cookie: { path: '/', sameSite: 'lax', httpOnly: false } })
    expect(lines(await client.get('/logout'))).to.deep.equal(['connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax'])
  })

  it('is refused at setup if it is neither true nor false', () => {
    expect(() => session({ secret: 'x', clearCookie: 'yes' as never })).to.throw(TypeError, 'clearCookie option must be true or false')
  })
})
