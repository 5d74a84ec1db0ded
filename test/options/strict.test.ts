import { expect } from 'chai'
import { createSecretKey } from 'node:crypto'
import { onEachHost } from '../support/hosts'
import { session, type SessionOptions } from '../support/subject'
import { useWarnings } from '../support/warnings'

const LONG = 'sixteen bytes, at least'
const SECURE = { secure: true, sameSite: 'lax' } as const

/** Cookies that browsers refuse, and the same as they accept them. */
const COOKIES: readonly [what: string, refused: Partial<SessionOptions>, says: RegExp, accepted: Partial<SessionOptions>][] = [
  ['__Host- without secure', { name: '__Host-id' }, /__Host-id.* needs secure: true/, { name: '__Host-id', cookie: SECURE }],
  [
    '__Host- with a domain',
    { name: '__Host-id', cookie: { ...SECURE, domain: 'example.com' } },
    /no domain/,
    { name: 'id', cookie: { ...SECURE, domain: 'example.com' } },
  ],
  ['__Secure- without secure', { name: '__Secure-id' }, /__Secure-id/, { name: '__Secure-id', cookie: SECURE }],
  ['sameSite: "none" without secure', { cookie: { sameSite: 'none' } }, /sameSite/, { cookie: { sameSite: 'none', secure: true } }],
  ['partitioned without secure', { cookie: { partitioned: true } }, /partitioned/, { cookie: { partitioned: true, secure: true } }],
]

const SECRETS: readonly [what: string, secret: SessionOptions['secret']][] = [
  ['a string', 'fifteen bytes,,'],
  ['a Buffer', Buffer.alloc(15, 1)],
  ['a KeyObject', createSecretKey(Buffer.alloc(15, 1))],
  ['one of an array', [LONG, 'short']],
  ['one with dates', [{ key: 'short', until: new Date('2100-01-01') }, LONG]],
]

onEachHost('options: strict', host => {
  for (const [what, refused, says, accepted] of COOKIES) {
    it(`refuses ${what}`, () => {
      expect(() => host.start({ secret: LONG, strict: true, ...refused })).to.throw(TypeError, says)
      expect(() => host.start({ secret: LONG, ...refused })).not.to.throw()
      expect(() => host.start({ secret: LONG, strict: true, ...accepted })).not.to.throw()
    })
  }

  for (const attribute of ['path', 'httpOnly'] as const) {
    for (const value of [undefined, null]) {
      // ctx.cookies sends its default instead of undefined
      const isSent = host.framework === 'Koa' && value === undefined
      it(`${isSent ? 'accepts' : 'refuses'} __Host-Http- with ${attribute}: ${value}`, () => {
        const start = (): void =>
          host.start({ secret: LONG, strict: true, name: '__Host-Http-id', cookie: { ...SECURE, [attribute]: value } })
        if (isSent) expect(start).not.to.throw()
        else expect(start).to.throw(TypeError, `needs ${attribute}: `)
      })
    }
  }

  it('is refused at setup if it is neither true nor false', () => {
    expect(() => host.start({ strict: 'yes' as never })).to.throw(TypeError, 'strict option must be true or false')
  })
})

describe('options: strict, secrets', () => {
  const warnings = useWarnings()
  const options = { resave: false, saveUninitialized: false, store: new session.MemoryStore({ max: 10 }) } as const

  for (const [what, secret] of SECRETS) {
    it(`refuses less than 16 bytes in ${what}`, () => {
      expect(() => session({ ...options, strict: true, secret })).to.throw(
        TypeError,
        /secret of \d+ bytes, which can be guessed; write at least 16/,
      )
    })
  }

  for (const secret of [LONG, Buffer.alloc(16, 1), [LONG, LONG], () => 'short']) {
    it(`accepts ${typeof secret === 'function' ? 'a function, whose secret is not known at setup' : `16 bytes: ${String(secret).slice(0, 30)}`}`, () => {
      expect(() => session({ ...options, strict: true, secret })).not.to.throw()
    })
  }

  it('warns of short secrets without the option, once', () => {
    session({ ...options, secret: 'four' })
    session({ ...options, secret: 'four' })
    session({ ...options, secret: LONG })
    expect(warnings.map(({ code }) => code)).to.deep.equal(['RESESSION_SHORT_SECRET'])
    expect(warnings[0]?.message).to.contain('secret of 4 bytes').and.not.contain('four')
  })
})
