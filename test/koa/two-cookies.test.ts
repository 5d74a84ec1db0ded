import { expect } from 'chai'
import { useClock } from '../support/clock'
import { onEachKoa } from '../support/hosts'
import { TracingStore } from '../support/tracing-store'
import { count, KoaSite, leave, lines, show } from './site'

const HANDLERS = { '/': count, '/read': show, '/leave': leave }

onEachKoa('koa: several cookies of one name', (_host, koa) => {
  const clock = useClock()

  /** A site with the cookies of clients, each as its pairs of name and value. */
  async function siteOf(options: object, clients: number): Promise<{ site: KoaSite; store: TracingStore; cookies: string[] }> {
    const store = new TracingStore()
    const site = new KoaSite({ store, ...options }, HANDLERS, { koa })
    const cookies: string[] = []
    for (let client = 0; client < clients; client++) cookies.push(pairs(lines(await site.get())))
    return { site, store, cookies }
  }

  const pairs = (set: string[]): string => set.map(line => line.split(';')[0]).join('; ')

  /** The cookie of a session that the store no longer has, and one of an existing session. */
  async function goneAndKnown(options: object = {}): Promise<{ site: KoaSite; store: TracingStore; gone: string; known: string }> {
    const { site, store, cookies } = await siteOf(options, 2)
    const [gone = '', known = ''] = cookies
    await site.get('/leave').set('Cookie', gone)
    store.trace()
    return { site, store, gone, known }
  }

  for (const signed of [true, false]) {
    const options = { cookie: { signed } }

    it(`are read until the store has a session, with signed: ${signed}`, async () => {
      const { site, store, gone, known } = await goneAndKnown(options)
      const res = await site.get('/read').set('Cookie', `${gone}; ${known}`)
      expect([res.text, lines(res), store.trace()]).to.deep.equal(['{"views":1}', [], ['get', 'get']])
    })

    it(`are saved and sent under the ID that was found, with signed: ${signed}`, async () => {
      const { site, gone, known } = await goneAndKnown(options)
      const res = await site.get().set('Cookie', `${gone}; ${known}`)
      expect([res.text, pairs(lines(res))]).to.deep.equal(['2', known])
    })

    it(`are not read beyond the first session that the store has, with signed: ${signed}`, async () => {
      const { site, store, gone, known } = await goneAndKnown(options)
      const res = await site.get('/read').set('Cookie', `${known}; ${gone}`)
      expect([res.text, store.trace()]).to.deep.equal(['{"views":1}', ['get']])
    })

    it(`are a new session if the store has none of them, with signed: ${signed}`, async () => {
      const { site, store, gone } = await goneAndKnown(options)
      const { cookies } = await siteOf(options, 1)
      const res = await site.get().set('Cookie', `${gone}; ${cookies[0]}`)
      expect([res.text, store.trace()]).to.deep.equal(['1', ['get', 'get', 'set']])
    })

    it(`are read once each, four at most, with signed: ${signed}`, async () => {
      const { site, store, cookies } = await siteOf(options, 5)
      for (const cookie of cookies.slice(0, 4)) await site.get('/leave').set('Cookie', cookie)
      const [a, b, c, d, known] = cookies
      store.trace()
      expect((await site.get('/read').set('Cookie', `${a}; ${a}; ${known}`)).text).to.equal('{"views":1}')
      expect(store.trace()).to.deep.equal(['get', 'get'])
      expect((await site.get('/read').set('Cookie', `${a}; ${b}; ${c}; ${known}`)).text).to.equal('{"views":1}')
      expect(store.trace()).to.deep.equal(['get', 'get', 'get', 'get'])
      expect((await site.get('/read').set('Cookie', `${a}; ${b}; ${c}; ${d}; ${known}`)).text).to.equal('{}')
      expect(store.trace()).to.deep.equal(['get', 'get', 'get', 'get'])
    })
  }

  it('are read in any order of their signatures', async () => {
    const { site, gone, known } = await goneAndKnown()
    const [[a, signatureOfA], [b, signatureOfB]] = [gone, known].map(cookie => cookie.split('; ')) as [string[], string[]]
    for (const cookie of [
      `${a}; ${b}; ${signatureOfA}; ${signatureOfB}`,
      `${a}; ${b}; ${signatureOfB}; ${signatureOfA}`,
      `${signatureOfB}; ${signatureOfA}; ${b}; ${a}`,
    ]) {
      const res = await site.get('/read').set('Cookie', cookie)
      expect([res.text, lines(res)], cookie).to.deep.equal(['{"views":1}', []])
    }
  })

  it('of which the first has an invalid signature are read from the other, which keeps its signature', async () => {
    const { site, store, known } = await goneAndKnown()
    for (const forged of ['koa.sid=forged', 'koa.sid=forged; koa.sid.sig=forged', 'koa.sid=""', 'koa.sid=']) {
      const res = await site.get('/read').set('Cookie', `${forged}; ${known}`)
      expect([res.text, lines(res), store.trace()], forged).to.deep.equal(['{"views":1}', [], ['get']])
    }
  })

  it('without a valid signature are a new session, without a store call', async () => {
    const { site, store, gone, known } = await goneAndKnown()
    const signatureOfOther = gone.split('; ')[1]
    const res = await site.get('/read').set('Cookie', `koa.sid=a; ${known.split('; ')[0]}; koa.sid.sig=b; ${signatureOfOther}`)
    expect([res.text, store.trace()]).to.deep.equal(['{}', []])
  })

  it('of which the first is signed with an older key do not lose the signature of the other', async () => {
    const store = new TracingStore()
    const siteWith = (keys: string[]): KoaSite => new KoaSite({ store }, HANDLERS, { koa, keys })
    const before = siteWith(['old'])
    const gone = pairs(lines(await before.get()))
    await before.get('/leave').set('Cookie', gone)
    const site = siteWith(['new', 'old'])
    const known = pairs(lines(await site.get()))
    const res = await site.get('/read').set('Cookie', `${gone}; ${known}`)
    expect([res.text, lines(res)]).to.deep.equal(['{"views":1}', []])
  })

  it('have no effect with a transport of the app', async () => {
    const store = new TracingStore()
    const transport = { get: () => 'unknown', set() {}, clear() {} }
    const { cookies } = await siteOf({ store, cookie: { signed: false } }, 1)
    const site = new KoaSite({ store, transport }, HANDLERS, { koa })
    store.trace()
    expect((await site.get('/read').set('Cookie', `koa.sid=a; ${cookies[0]}`)).text).to.equal('{}')
    expect(store.trace()).to.deep.equal(['get'])
  })

  it('that contain sessions are read until one has not expired', async () => {
    const site = new KoaSite({ store: 'cookie' }, HANDLERS, { koa })
    const known = pairs(lines(await site.get()))
    const ended = pairs(lines(await new KoaSite({ store: 'cookie', cookie: { maxAge: 1000 } }, HANDLERS, { koa }).get()))
    clock.turn(1001)
    const res = await site.get('/read').set('Cookie', `${ended}; ${known}`)
    expect([res.text, lines(res)]).to.deep.equal(['{"views":1}', []])
  })
})
