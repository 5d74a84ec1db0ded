import { expect } from 'chai'
import { deprecations } from '../support/deprecations'
import { useClock } from '../support/clock'
import { session, type CookieOptions, type LiveCookie } from '../support/subject'

const Cookie = session.Cookie as new (options?: CookieOptions) => LiveCookie
const MINUTE = 60_000

describe('cookie', () => {
  const clock = useClock()

  describe('new Cookie()', () => {
    it('has the defaults path: /, httpOnly, and no expiry', () => {
      const cookie = new Cookie()
      expect(cookie.path).to.equal('/')
      expect(cookie.httpOnly).to.equal(true)
      expect(cookie.maxAge).to.equal(null)
      expect(cookie.expires).to.equal(null)
      expect(cookie.originalMaxAge).to.equal(null)
    })

    it('has enumerable accessors and methods in for…in, as in express-session', () => {
      const names: string[] = []
      for (const name in new Cookie()) names.push(name)
      expect(names).to.deep.equal([
        ...['path', '_expires', 'originalMaxAge', 'httpOnly'],
        ...['expires', 'maxAge', 'data', 'serialize', 'toJSON'],
      ])
    })

    it('has its own properties in the order of express-session', () => {
      expect(Object.keys(new Cookie())).to.deep.equal(['path', '_expires', 'originalMaxAge', 'httpOnly'])
      expect(Object.keys(new Cookie({ secure: true, maxAge: 1000, domain: 'a.b' }))).to.deep.equal([
        'path',
        '_expires',
        'originalMaxAge',
        'httpOnly',
        'secure',
        'domain',
      ])
    })

    it('has the attributes of its options', () => {
      const attributes = {
        path: '/app',
        domain: 'a.b',
        httpOnly: false,
        secure: true,
        sameSite: 'lax',
        priority: 'high',
        partitioned: true,
      } as const
      expect(new Cookie(attributes)).to.include(attributes)
    })

    it('applies maxAge and expires in the given order: the last one wins', () => {
      const expires = new Date(clock.now() + 2 * MINUTE)
      expect(new Cookie({ maxAge: MINUTE, expires }).maxAge).to.equal(2 * MINUTE)
      expect(new Cookie({ expires, maxAge: MINUTE }).maxAge).to.equal(MINUTE)
    })

    it('keeps the originalMaxAge of its options', () => {
      expect(new Cookie({ maxAge: MINUTE, originalMaxAge: 5000 } as CookieOptions).originalMaxAge).to.equal(5000)
    })

    it('accepts another cookie as options', () => {
      const cookie = new Cookie(new Cookie({ maxAge: MINUTE, path: '/app' }) as CookieOptions)
      expect(cookie.data).to.deep.include({ originalMaxAge: MINUTE, path: '/app' })
    })

    it('refuses options that are no object', () => {
      for (const options of ['/', 42, true]) {
        expect(() => new Cookie(options as never), String(options)).to.throw(TypeError, 'argument options must be a object')
      }
    })

    it('ignores __proto__, data and constructor in its options', () => {
      const options = JSON.parse('{"__proto__":{"expires":1},"data":{},"constructor":1,"path":"/app"}') as CookieOptions
      const cookie = new Cookie(options)
      expect(Object.getPrototypeOf(cookie)).to.equal(Cookie.prototype)
      expect(cookie.data.path).to.equal('/app')
    })

    it('ignores options with the names of its methods', () => {
      const cookie = new Cookie({ serialize: 1, toJSON: 2 } as CookieOptions)
      expect(JSON.stringify(cookie)).to.equal('{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}')
    })
  })

  describe('maxAge', () => {
    it('counts down', () => {
      const cookie = new Cookie({ maxAge: MINUTE })
      clock.turn(20_000)
      expect(cookie.maxAge).to.equal(40_000)
    })

    it('sets the expiry and originalMaxAge', () => {
      const cookie = new Cookie({ maxAge: MINUTE })
      clock.turn(20_000)
      cookie.maxAge = 2 * MINUTE
      expect(cookie.expires).to.deep.equal(new Date(clock.now() + 2 * MINUTE))
      expect(cookie.originalMaxAge).to.equal(2 * MINUTE)
    })

    it('removes the expiry if it is set to null', () => {
      const cookie = new Cookie({ maxAge: MINUTE })
      cookie.maxAge = null
      expect(cookie.expires).to.equal(null)
      expect(cookie.originalMaxAge).to.equal(null)
    })

    it('may be 0, or years', () => {
      expect(new Cookie({ maxAge: 0 }).expires).to.deep.equal(new Date(clock.now()))
      expect(new Cookie({ maxAge: 3_153_600_000_000 }).maxAge).to.equal(3_153_600_000_000)
    })

    it('may be a Date, which is deprecated', () => {
      const date = new Date(clock.now() + MINUTE)
      const heard = deprecations(() => expect(new Cookie({ maxAge: date as never }).maxAge).to.equal(MINUTE))
      expect(heard).to.deep.equal(['maxAge as Date; pass number of milliseconds instead'])
    })

    it('refuses other values', () => {
      for (const maxAge of ['60000', true, {}, []]) {
        expect(() => new Cookie({ maxAge: maxAge as never }), JSON.stringify(maxAge)).to.throw(TypeError, 'maxAge must be a number or Date')
      }
    })
  })

  describe('expires', () => {
    it('sets originalMaxAge to the time from now', () => {
      const cookie = new Cookie({ maxAge: MINUTE })
      clock.turn(20_000)
      cookie.expires = new Date(clock.now() + 5000)
      expect(cookie.maxAge).to.equal(5000)
      expect(cookie.originalMaxAge).to.equal(5000)
    })

    it('removes the lifetime if it is set to false or null', () => {
      for (const none of [false, null] as const) {
        const cookie = new Cookie({ maxAge: MINUTE })
        cookie.expires = none
        expect(cookie.serialize('sid', 'a')).to.equal('sid=a; Path=/; HttpOnly')
      }
    })
  })

  describe('data, toJSON, serialize', () => {
    it('data has all attributes, in the order of records', () => {
      const keys = ['originalMaxAge', 'partitioned', 'priority', 'expires', 'secure', 'httpOnly', 'domain', 'path', 'sameSite']
      expect(Object.keys(new Cookie().data)).to.deep.equal(keys)
      expect(new Cookie().toJSON()).to.deep.equal(new Cookie().data)
    })

    it('data is a getter that can be redefined', () => {
      expect(Object.getOwnPropertyDescriptor(Cookie.prototype, 'data')).to.deep.include({ configurable: true, set: undefined })
    })

    it('JSON contains no undefined attributes', () => {
      expect(JSON.stringify(new Cookie({ maxAge: MINUTE, sameSite: 'lax' }))).to.equal(
        '{"originalMaxAge":60000,"expires":"2026-01-01T00:01:00.000Z","httpOnly":true,"path":"/","sameSite":"lax"}',
      )
    })

    it('serialize writes a Set-Cookie line', () => {
      const cookie = new Cookie({ maxAge: MINUTE, domain: 'a.b', secure: true, partitioned: true, priority: 'low', sameSite: 'none' })
      expect(cookie.serialize('sid', 's:a b')).to.equal(
        'sid=s%3Aa%20b; Domain=a.b; Path=/; Expires=Thu, 01 Jan 2026 00:01:00 GMT; HttpOnly; Secure; Partitioned; Priority=Low; SameSite=None',
      )
    })

    it('serialize refuses characters that are invalid in a header', () => {
      for (let code = 0; code < 256; code++) {
        const char = String.fromCharCode(code)
        for (const attribute of ['path', 'domain', 'sameSite', 'priority'] as const) {
          const line = attempt(() => new Cookie({ [attribute]: `/a${char}b` } as CookieOptions).serialize('sid', 'a'))
          if (typeof line === 'string')
            expect(line, `${attribute} with ${code}`).to.match(/^sid=a; (Domain=[\w.-]+; )?Path=[ -:=-~]+; HttpOnly$/)
          else expect(line, `${attribute} with ${code}`).to.be.instanceOf(TypeError)
        }
      }
    })
  })
})

function attempt(act: () => unknown): unknown {
  try {
    return act()
  } catch (err) {
    return err
  }
}
