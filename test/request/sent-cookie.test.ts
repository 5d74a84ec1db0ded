import cookieParser = require('cookie-parser')
import { sign } from 'cookie-signature'
import { expect } from 'chai'
import fc from 'fast-check'
import { count, data } from '../support/handlers'
import { QUIET, setCookie, Site } from '../support/site'
import { TracingStore } from '../support/tracing-store'

const SECRET = QUIET.secret

const signed = (id: string, secret: string = SECRET): string => encodeURIComponent(`s:${sign(id, secret)}`)

describe('request: the cookie that is sent', () => {
  /** The store calls for a Cookie header, and the response. */
  const send = async (cookie: string, store = stored()): Promise<{ calls: string[]; text: string; id: string | undefined }> => {
    const site = new Site({ store, name: 'sid' }, count)
    const res = await site.get().set('Cookie', cookie)
    return { calls: store.trace(), text: res.text, id: setCookie(res) }
  }

  /** A store with a session `known`, of 5 views. */
  const stored = (): TracingStore => {
    const store = new TracingStore()
    store.sessions = { known: '{"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},"views":5}' }
    store.trace()
    return store
  }

  const good: Record<string, string> = {
    'signed and encoded': `sid=${signed('known')}`,
    'signed and not encoded': `sid=s:${sign('known', SECRET)}`,
    quoted: `sid="${signed('known')}"`,
    'after others': `a=1; b=2; sid=${signed('known')}`,
    'before others': `sid=${signed('known')}; a=1`,
    'without a space': `a=1;sid=${signed('known')};b=2`,
    'with spaces around it': `a=1 ;  sid = ${signed('known')} ; b=2`,
    'after a cookie whose value contains its name': `x=sid=s:abc; sid=${signed('known')}`,
    'after a cookie whose name ends with its name': `xsid=1; my-sid=2; sid=${signed('known')}`,
    'after a cookie without a value': `flag; sid=${signed('known')}`,
  }
  for (const [how, cookie] of Object.entries(good)) {
    it(`is found ${how}`, async () => {
      expect((await send(cookie)).text).to.equal('6')
    })
  }

  const bad: Record<string, string> = {
    'is not signed': 'sid=known',
    'has a wrong signature': `sid=s:known.${'A'.repeat(43)}`,
    'has a signature of another secret': `sid=${signed('known', 'another')}`,
    'has a signature of another ID': `sid=s:known.${sign('other', SECRET).split('.')[1]}`,
    'has no signature': 'sid=s:known',
    'has an empty signature': 'sid=s:known.',
    'has an empty ID': `sid=${signed('')}`,
    'is empty': 'sid=',
    'is only a prefix': 'sid=s:',
    'has an invalid percent encoding': 'sid=%E0%A4%A',
    'has another name': `Sid=${signed('known')}`,
    'has a name that is only decoded to its name': `s%69d=${signed('known')}`,
    'has a truncated signature': `sid=${signed('known').slice(0, -1)}`,
  }
  for (const [how, cookie] of Object.entries(bad)) {
    it(`that ${how} starts a new session, without a store call to read`, async () => {
      const { calls, text, id } = await send(cookie)
      expect(calls).to.deep.equal(['set'])
      expect(text).to.equal('1')
      expect(id).to.be.a('string')
    })
  }

  it('of an ID that is not in the store gets a new ID: an unknown ID is not adopted', async () => {
    const { calls, text, id } = await send(`sid=${signed('made-up')}`)
    expect(calls).to.deep.equal(['get', 'set'])
    expect(text).to.equal('1')
    expect(id).to.not.contain('made-up')
  })

  describe('twice', () => {
    it('is read from the first with a valid signature', async () => {
      expect((await send(`sid=stale; sid=s:bad.sig; sid=${signed('known')}`)).text).to.equal('6')
    })

    it('is read from the first whose session exists', async () => {
      const { calls, text } = await send(`sid=${signed('gone')}; sid=${signed('known')}`)
      expect([calls, text]).to.deep.equal([['get', 'get', 'set'], '6'])
    })

    it('is read from the first if the sessions of both exist', async () => {
      const store = stored()
      store.sessions = { ...store.sessions, other: (store.sessions.known as string).replace('5', '9') }
      expect((await send(`sid=${signed('other')}; sid=${signed('known')}`, store)).text).to.equal('10')
    })

    it('is read from the one that has not expired', async () => {
      const store = stored()
      const expired = '{"cookie":{"originalMaxAge":1,"expires":"2020-01-01T00:00:00.000Z","httpOnly":true,"path":"/"},"views":1}'
      store.sessions = { ...store.sessions, expired }
      expect((await send(`sid=${signed('expired')}; sid=${signed('known')}`, store)).text).to.equal('6')
    })

    it('starts one new session if the store has none of them', async () => {
      const { calls, text } = await send(`sid=${signed('gone')}; sid=${signed('lost')}`)
      expect([calls, text]).to.deep.equal([['get', 'get', 'set'], '1'])
    })

    it('reads once for a value that is sent twice', async () => {
      expect((await send(`sid=${signed('gone')}; sid=${signed('gone')}; sid=${signed('known')}`)).calls).to.deep.equal([
        'get',
        'get',
        'set',
      ])
    })

    it('reads at most four sessions', async () => {
      const gone = (count: number): string => Array.from({ length: count }, (_, at) => `sid=${signed(`gone-${at}`)}; `).join('')
      expect(await send(`${gone(3)}sid=${signed('known')}`)).to.deep.include({ calls: ['get', 'get', 'get', 'get', 'set'], text: '6' })
      expect(await send(`${gone(4)}sid=${signed('known')}`)).to.deep.include({ calls: ['get', 'get', 'get', 'get', 'set'], text: '1' })
    })

    it('is an error if the store fails for the second', async () => {
      const store = stored()
      const { get } = store
      store.get = (id, callback) => (id === 'known' ? callback(new Error('down')) : get.call(store, id, callback))
      expect((await send(`sid=${signed('gone')}; sid=${signed('known')}`, store)).text).to.equal('down')
    })

    it('is read from the third if the first has no session and the second is forged', async () => {
      expect((await send(`sid=${signed('gone')}; sid=s:forged.sig; sid=${signed('known')}`)).text).to.equal('6')
    })

    it('logs in a client that has the cookie of another path from before', async () => {
      const store = new TracingStore()
      const site = new Site({ store, name: 'sid' }, count)
      const first = await site.get('/')
      const good = setCookie(first)?.split(';')[0] as string
      expect((await site.get().set('Cookie', `sid=${signed('gone')}; ${good}`)).text).to.equal('2')
      expect((await site.get().set('Cookie', `sid=${signed('gone')}; ${good}`)).text).to.equal('3')
    })

    it('is verified at most four times', async () => {
      const stale = 'sid=s:bad.sig; '
      expect((await send(`${stale.repeat(3)}sid=${signed('known')}`)).text).to.equal('6')
      expect((await send(`${stale.repeat(4)}sid=${signed('known')}`)).text).to.equal('1')
    })
  })

  it('with any one bit changed is refused', async () => {
    const cookie = signed('known')
    for (let at = 0; at < cookie.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const flipped = cookie.slice(0, at) + String.fromCharCode(cookie.charCodeAt(at) ^ (1 << bit)) + cookie.slice(at + 1)
        if (!/^[!-:<-~]+$/.test(flipped) || decoded(flipped) === decoded(cookie)) continue
        const store = stored()
        const site = new Site({ store, name: 'sid' }, count)
        await site.get().set('Cookie', `sid=${flipped}`)
        expect(store.trace(), flipped).to.deep.equal(['set'])
      }
    }
  }).timeout(20_000)

  it('may be any bytes: never an error, and never a session without a valid signature', async () => {
    const store = stored()
    const site = new Site({ store, name: 'sid' }, count)
    const header = fc.array(
      fc.oneof(fc.constantFrom('sid', '=', ';', ' ', '"', 's:', '%', '.', signed('known').slice(4)), fc.string({ unit: 'grapheme-ascii' })),
    )
    await fc.assert(
      fc.asyncProperty(header, async parts => {
        const cookie = parts.join('').replace(/[^\t\x20-\x7e]/g, '')
        fc.pre(!cookie.includes(signed('known')))
        const { status, text } = await site.get().set('Cookie', cookie)
        expect([status, text]).to.deep.equal([200, '1'])
      }),
      { numRuns: 200 },
    )
    expect(site.errors).to.deep.equal([])
  }).timeout(20_000)

  describe('with cookie-parser', () => {
    const parse = (secret?: string) => {
      const parser = cookieParser(secret)
      return (req: object, res: object): void => {
        parser(req as never, res as never, () => {})
        // Some middlewares remove the header
        delete (req as { headers: { cookie?: string } }).headers.cookie
      }
    }
    const visit = async (secret: string | undefined, cookie: string): Promise<string> => {
      const site = new Site({ store: stored(), name: 'sid' }, (req, res) => res.end(String(data(req).views)), parse(secret))
      return (await site.get().set('Cookie', cookie)).text
    }

    it('is read from req.signedCookies', async () => {
      expect(await visit(SECRET, `sid=${signed('known')}`)).to.equal('5')
    })

    it('is read from req.cookies', async () => {
      expect(await visit(undefined, `sid=${signed('known')}`)).to.equal('5')
    })

    it('is refused if the signature is invalid', async () => {
      expect(await visit(SECRET, 'sid=s:known.bad')).to.equal('undefined')
      expect(await visit(undefined, 'sid=s:known.bad')).to.equal('undefined')
    })

    it('is refused if JSON has produced half of a surrogate pair', async () => {
      expect(await visit(undefined, 'sid=j:"\\ud800"')).to.equal('undefined')
    })

    it('is refused if it is not signed', async () => {
      expect(await visit(SECRET, 'sid=known')).to.equal('undefined')
    })

    it('is no ID if cookie-parser has parsed it as JSON', async () => {
      expect(await visit(SECRET, `sid=${signed('j:{"$gt":""}')}`)).to.equal('undefined')
      expect(await visit(undefined, 'sid=j:{"$gt":""}')).to.equal('undefined')
    })
  })
})

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
