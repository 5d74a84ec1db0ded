import { expect } from 'chai'
import { count as countViews, KoaSite } from '../koa/site'
import { cookieNames } from '../support/browser'
import { count, routes, show, shown } from '../support/handlers'
import type { Host } from '../support/host'
import { onEachHost, onEachKoa, onEachStorage } from '../support/hosts'
import { Site, siteOn } from '../support/site'
import { session } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const HANDLERS = routes({
  '/': count,
  '/read': show,
  '/leave': (req, res) => ((req.session = null as never), res.end()),
})

/** Koa takes more names than RFC 6265 section 4.1.1 allows. */
const NAMES: Record<Host['framework'], string[]> = {
  Connect: ['sid'],
  Koa: ['sid', 'koa:sess', 'a b'],
}

const REFUSED: Record<Host['framework'], readonly [names: unknown[], message: string]> = {
  Connect: [['a b', 'ü'], 'argument name is invalid'],
  Koa: [['', 5, null], 'name option must be a name for a cookie'],
}

onEachStorage('options: name', (host, storage) => {
  it(`is ${storage.cookieName} by default`, async () => {
    const store = new TracingStore()
    const client = siteOn(host, storage.options(store), HANDLERS).browser()
    await client.get()
    expect(client.jar.names).to.deep.equal(host.cookieNames(storage.cookieName))
    const carried = host.carriedBy(client.jar.value(storage.cookieName) as string)
    if (storage.touch) expect(Object.keys(store.sessions)).to.deep.equal([carried])
  })

  for (const name of NAMES[host.framework]) {
    it(`${JSON.stringify(name)} is the name of the cookie that is set and read`, async () => {
      const client = siteOn(host, { ...storage.options(new TracingStore()), name }, HANDLERS).browser()
      await client.get()
      expect(client.jar.names).to.deep.equal(host.cookieNames(name))
      expect(host.carriedBy(client.jar.value(name) as string)).to.not.equal('')
      expect((await client.get()).text).to.equal('2')
      expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 2 })
    })
  }

  it('leaves cookies of other names alone', async () => {
    const options = storage.options(new TracingStore())
    const client = siteOn(host, { ...options, name: 'one' }, HANDLERS).browser()
    const other = siteOn(host, { ...options, name: 'other' }, HANDLERS).browser()
    await client.get()
    const res = await other.get('/read', { Cookie: client.jar.header('/') })
    expect(shown(res.text)).to.deep.equal({})
    expect(cookieNames(res)).to.deep.equal([])
  })
})

onEachHost('options: name, of sessions in the cookie', host => {
  for (const name of NAMES[host.framework]) {
    it(`${JSON.stringify(name)} is the name of the cookie that is cleared`, async () => {
      const client = siteOn(host, { store: 'cookie', unset: 'destroy', name }, HANDLERS).browser()
      await client.get()
      expect(cookieNames(await client.get('/leave'))).to.deep.equal(host.cookieNames(name))
      expect(client.jar.names).to.deep.equal([])
    })
  }
})

onEachHost('options: name', host => {
  const set = async (options: { name?: string; key?: string }): Promise<string[]> => {
    const client = siteOn(host, options, HANDLERS).browser()
    await client.get()
    const [name = ''] = client.jar.names
    expect(host.carriedBy(client.jar.value(name) as string)).to.not.equal('')
    return client.jar.names
  }

  it('has an older spelling, key', async () => {
    expect(await set({ key: 'sid' })).to.deep.equal(host.cookieNames('sid'))
  })

  it('takes precedence over key', async () => {
    expect(await set({ key: 'old', name: 'new' })).to.deep.equal(host.cookieNames('new'))
  })

  const [others, message] = REFUSED[host.framework]
  for (const name of ['a;b', 'a=b', 'a\nb', 'a\n', '漢', ...others] as never[]) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      expect(() => host.start({ name })).to.throw(TypeError, message)
    })
  }
})

onEachKoa('options: name', (_, koa) => {
  it('is koa.sess by default if no store is given', async () => {
    const client = new KoaSite({}, countViews, { koa }).visitor()
    await client.get()
    expect(client.jar.names).to.deep.equal(['koa.sess', 'koa.sess.sig'])
  })
})

/** Only on Connect. */
describe('options: name', () => {
  it('may be a number, which becomes a string', async () => {
    const client = new Site({ name: 5 as never }, count).visitor()
    await client.get()
    expect(client.cookie).to.match(/^5=s%3A/)
    expect((await client.get()).text).to.equal('2')
  })

  it('is checked if cookie is a function', () => {
    expect(() => session({ secret: 'x', name: 'a b', cookie: () => ({}) })).to.throw(TypeError, 'argument name is invalid')
  })
})
