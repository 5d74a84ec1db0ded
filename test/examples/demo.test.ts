import { expect } from 'chai'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request = require('supertest')
import { demo as onExpress } from '../../examples/demo/server'
import { hasNodeSqlite } from '../support/sqlite'
import { DEMOS, type Demo } from './demos'

for (const [host, one] of Object.entries(DEMOS)) describe(`the demo on ${host}`, () => tests(one))

describe('the demo on Express after a restart', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'resession-demo-'))
  })
  after(() => {
    rmSync(folder, { recursive: true })
  })

  /** The page of a demo that has just been started. */
  async function visit(cookie = ''): Promise<request.Response> {
    return request(createServer(onExpress(join(folder, 'demo'))))
      .get('/')
      .set('Cookie', cookie)
  }

  it(
    hasNodeSqlite ? 'has lost no session, and says so' : 'says that its sessions end, on a version of Node without node:sqlite',
    async () => {
      const first = await visit()
      expect(first.text).to.include(hasNodeSqlite ? 'no session is lost' : 'a restart ends all sessions')
      expect(textAt('visits', (await visit(cookiesOf(first))).text)).to.equal(hasNodeSqlite ? '2' : '1')
    },
  )
})

function tests({ demo, rival, fields, cookies }: Demo): void {
  let server: Server
  let visitor: ReturnType<typeof request.agent>

  before(done => {
    server = createServer(demo()).listen(0, done)
  })
  after(done => {
    server.close(done)
  })
  beforeEach(() => {
    visitor = request.agent(server)
  })

  /** Sends a form, and follows the redirect. */
  async function send(path: string, fields: Record<string, string> = {}): Promise<string> {
    const res = await visitor.post(path).type('form').send(fields).redirects(1).expect(200)
    return res.text
  }

  async function look(): Promise<string> {
    return (await visitor.get('/').expect(200)).text
  }

  it('counts the requests of each client', async () => {
    expect(textAt('visits', await look())).to.equal('1')
    expect(textAt('visits', await look())).to.equal('2')
    const { text } = await request(server).get('/')
    expect(textAt('visits', text)).to.equal('1')
  })

  it('greets by name after a login, with a new ID', async () => {
    const before = await look()
    const after = await send('/login', { name: 'Ada' })
    expect(after).to.include('Hello, Ada').and.include('Logged in as Ada')
    expect(textAt('id', after)).to.not.equal(textAt('id', before))
    expect(textAt('visits', after)).to.equal('1')
  })

  it('asks for a name if none was given, and keeps the ID', async () => {
    const before = await look()
    const nameless: Record<string, string>[] = [{}, { name: '' }, { name: '  ' }]
    for (const fields of nameless) {
      const after = await send('/login', fields)
      expect(after).to.include('Please type a name.')
      expect(textAt('id', after)).to.equal(textAt('id', before))
    }
  })

  it('keeps the cart through a login', async () => {
    await send('/cart/add', { goods: 'lamp' })
    expect(recordOn(await send('/login', { name: 'Ada' })))
      .to.have.property('cart')
      .that.eql({ lamp: 1 })
  })

  it('shows a message on the next page, and on no other', async () => {
    const next = await send('/flash', { message: 'Back at noon' })
    expect(next.split('Back at noon')).to.have.lengthOf(2)
    expect(await look()).to.not.include('Back at noon')
  })

  it('adds goods to the cart, and removes them', async () => {
    await send('/cart/add', { goods: 'pencil' })
    const full = await send('/cart/add', { goods: 'pencil' })
    expect(full).to.include('€2.40')
    expect(recordOn(full).cart).to.eql({ pencil: 2 })
    await send('/cart/remove', { goods: 'pencil' })
    expect(recordOn(await send('/cart/remove', { goods: 'pencil' })).cart).to.eql({})
    expect(recordOn(await send('/cart/remove', { goods: 'pencil' })).cart).to.eql({})
  })

  it('refuses unknown goods', async () => {
    for (const goods of ['yacht', '__proto__', '']) await visitor.post('/cart/add').type('form').send({ goods }).expect(400)
    expect(recordOn(await look())).to.not.have.property('cart')
  })

  it('destroys the session at logout, so that its cookie is not valid', async () => {
    await send('/cart/add', { goods: 'lamp' })
    const login = await visitor.post('/login').type('form').send({ name: 'Ada' }).expect(303)
    const old = cookiesOf(login)
    const inside = await request(server).get('/').set('Cookie', old)
    expect(inside.text).to.include('Hello, Ada')

    const outside = await send('/logout')
    expect(outside).to.include('Hello, guest')
    expect(recordOn(outside)).to.have.all.keys('cookie', 'visits', '~')
    const stale = await request(server).get('/').set('Cookie', old)
    expect(stale.text).to.include('Hello, guest')
    expect(textAt('id', stale.text)).to.not.equal(textAt('id', inside.text))
  })

  describe('the devices of a user', () => {
    const names: Record<string, string> = {
      laptop: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
      phone: 'Mozilla/5.0 (Android 16; Mobile) Gecko/145.0 Firefox/145.0',
    }
    const logIn = async (device: string, name: string): Promise<ReturnType<typeof request.agent>> => {
      const agent = request.agent(server).set('User-Agent', names[device] as string)
      await agent.post('/login').type('form').send({ name }).expect(303)
      return agent
    }
    const devicesOn = (page: string): string[] =>
      Array.from(page.matchAll(/aria-label="End the session of ([^"]*)"/g), ([, device]) => device as string)
    const handlesOn = (page: string): string[] =>
      Array.from(page.matchAll(/name="handle" value="([^"]*)"/g), ([, handle]) => handle as string)
    let user = 0
    let name = ''
    beforeEach(() => void (name = `user ${user++}`))

    it('are listed with their browsers, and no session ID', async () => {
      const [laptop, phone] = [await logIn('laptop', name), await logIn('phone', name)]
      await logIn('laptop', 'another user')
      const { text } = await phone.get('/')
      expect(devicesOn(text)).to.deep.equal(['Chrome on Linux', 'Firefox on Android, this device'])
      expect(handlesOn(text)).to.not.include(textAt('id', text))
      expect(devicesOn((await laptop.get('/')).text)).to.deep.equal(['Chrome on Linux, this device', 'Firefox on Android'])
    })

    it('are not listed without a login', async () => {
      expect(await look()).to.include('Log in to see your devices.')
    })

    it('are logged out one by one', async () => {
      const [laptop, phone] = [await logIn('laptop', name), await logIn('phone', name)]
      const [handle] = handlesOn((await phone.get('/')).text)
      const { text } = await phone.post('/devices/end').type('form').send({ handle }).redirects(1)
      expect(text).to.include('That session has ended.')
      expect(devicesOn(text)).to.deep.equal(['Firefox on Android, this device'])
      expect((await laptop.get('/')).text).to.include('Hello, guest')
      const own = await phone
        .post('/devices/end')
        .type('form')
        .send({ handle: handlesOn(text)[0] })
        .redirects(1)
      expect(own.text).to.include('Hello, guest')
    })

    it('are logged out all but this one', async () => {
      const [laptop, phone, other] = [await logIn('laptop', name), await logIn('phone', name), await logIn('phone', name)]
      const { text } = await phone.post('/devices/end-others').redirects(1)
      expect(text).to.include('2 other sessions have ended.')
      expect(devicesOn(text)).to.deep.equal(['Firefox on Android, this device'])
      for (const ended of [laptop, other]) expect((await ended.get('/')).text).to.include('Hello, guest')
    })

    it('of another user are not logged out', async () => {
      const [mine, theirs] = [await logIn('laptop', name), await logIn('phone', `not ${name}`)]
      const [handle] = handlesOn((await theirs.get('/')).text)
      const { text } = await mine.post('/devices/end').type('form').send({ handle }).redirects(1)
      expect(text).to.include('There is no such session.')
      expect((await theirs.get('/')).text).to.include(`Hello, not ${name}`)
      expect((await request.agent(server).post('/devices/end').type('form').send({ handle }).redirects(1)).text).to.include(
        'There is no such session.',
      )
    })
  })

  it('shows the record in the store, with the changes of this request', async () => {
    await look()
    const record = recordOn(await look())
    expect(record).to.have.all.keys('cookie', 'visits', '~')
    expect(record).to.have.property('visits', 2)
    expect(record.cookie).to.include({ originalMaxAge: 3_600_000, httpOnly: true, path: '/', sameSite: 'lax' })
  })

  it('shows the cookie of the response', async () => {
    const res = await visitor.get('/')
    const shown = Object.entries(cookies(textAt('id', res.text), textAt('signature', res.text)))
    expect(cookiesOf(res)).to.equal(shown.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('; '))
    expect(res.text)
      .to.match(/<code>HttpOnly<\/code>/i)
      .and.match(/<code>SameSite=Lax<\/code>/i)
  })

  it('escapes user input', async () => {
    const typed = `<script>alert("1")</script>'&amp;`
    const pages = [await send('/login', { name: typed }), await send('/flash', { message: typed })]
    for (const page of pages) {
      expect(page).to.not.include('<script>alert').and.not.include("'&amp;")
      expect(page).to.include('&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39;&#38;amp;')
      expect(recordOn(page).name).to.equal(typed)
    }
  })

  it('forbids caches, and scripts of other origins', async () => {
    const { headers } = await visitor.get('/')
    expect(headers).to.include({ 'cache-control': 'no-store' })
    expect(headers['content-security-policy']).to.include("default-src 'self'")
  })

  it('serves its styles and its script without a session', async () => {
    for (const file of ['/page.css', '/cards.css', '/page.js']) {
      const res = await visitor.get(file).expect(200)
      expect(res.headers).to.not.have.property('set-cookie')
    }
  })

  for (const [lane, least, most, own] of [
    ['/race/resession', 50, 50, ['cookie']],
    // The number of kept keys depends on the speed of the machine; it is never all of them
    [`/race/${rival}`, 1, 49, fields],
  ] as const) {
    describe(lane, () => {
      const keys = Array.from({ length: 50 }, (_, index) => index + 1)

      it('reports which of fifty keys are in the store', async () => {
        await visitor.post(`${lane}/start`).expect(200)
        await Promise.all(keys.map(async key => visitor.post(`${lane}/keys/${key}`).expect(200)))
        const { body } = await visitor.get(lane).expect(200)
        expect(body.kept).to.have.length.within(least, most)
        expect(keys).to.include.members(body.kept)
        expect(Object.keys(body.record)).to.have.members([...own, 'started', ...body.kept.map((key: number) => `key-${key}`)])
      })

      it('runs without a browser, with fifty concurrent requests', async () => {
        const { body } = await visitor.post(`${lane}/run`).expect(200)
        expect(body.kept).to.have.length.within(least, most)
        expect(Object.keys(body.record)).to.have.members([...own, 'started', ...body.kept.map((key: number) => `key-${key}`)])
      })

      it('loses no key of successive requests', async () => {
        await visitor.post(`${lane}/start`)
        for (const key of [1, 2, 3]) await visitor.post(`${lane}/keys/${key}`)
        expect((await visitor.get(lane)).body.kept).to.eql([1, 2, 3])
      })

      it('starts again with each run', async () => {
        await visitor.post(`${lane}/start`)
        await visitor.post(`${lane}/keys/1`)
        await visitor.post(`${lane}/start`)
        expect((await visitor.get(lane)).body.kept).to.eql([])
      })

      it('refuses other keys', async () => {
        for (const key of ['0', '51', '1.5', 'cookie', '__proto__']) await visitor.post(`${lane}/keys/${key}`).expect(400)
      })
    })
  }
}

/** The text of the only element with a class, as a browser would read it. */
function textAt(name: string, page: string): string {
  const [, text = ''] = new RegExp(`class="${name}">([^<]*)<`).exec(page) ?? []
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
}

function recordOn(page: string): Record<string, unknown> {
  return JSON.parse(textAt('record', page)) as Record<string, unknown>
}

/** The Cookie header for the next request. */
function cookiesOf(res: request.Response): string {
  const lines = res.headers['set-cookie'] as unknown as string[]
  return lines.map(line => line.split(';')[0]).join('; ')
}
