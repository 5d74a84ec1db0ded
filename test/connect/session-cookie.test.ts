import { sign } from 'cookie-signature'
import { expect } from 'chai'
import { SessionCookie } from '../../lib/connect/session-cookie'
import { Cookie } from '../../lib/core/record/cookie'
import { validSecrets, type Secret } from '../../lib/primitives/secrets'
import { deprecations } from '../support/deprecations'
import { useDiagnostics } from '../support/diagnostics'
import { useWarnings } from '../support/warnings'

/** A cookie value, made without the package under test. */
const signed = (id: string, secret = 'new'): string => `s:${sign(id, secret)}`

/** A signed value with so many characters. */
const signedOf = (length: number, secret = 'new'): string => signed('a'.repeat(length - signed('', secret).length), secret)

describe('connect: the session cookie', () => {
  let cookie: SessionCookie

  beforeEach(() => {
    cookie = new SessionCookie('sid')
  })

  const request = (header: string): never => ({ headers: { cookie: header } }) as never
  const read = (header: string, ...secrets: Secret[]): string | undefined =>
    cookie.read(request(header), secrets.length > 0 ? secrets : ['new'])

  it('is not found in a request without headers', () => {
    expect(cookie.read({} as never, ['new'])).to.equal(undefined)
    expect(() => cookie.reportRejected({} as never)).to.not.throw()
  })

  it('may have 4,096 characters', () => {
    expect(read(`sid=${signedOf(4096)}`)).to.have.length(4096 - signed('').length)
    expect(read(`sid=${signedOf(4097)}`)).to.equal(undefined)
  })

  it('is found after up to 255 values that are not signed', () => {
    expect(read(`${'sid=plain;'.repeat(255)}sid=${signed('ada')}`)).to.equal('ada')
    expect(read(`${'sid=plain;'.repeat(256)}sid=${signed('ada')}`)).to.equal(undefined)
    expect(read(`${'xsid=plain;'.repeat(300)}sid=${signed('ada')}`)).to.equal('ada')
  })

  it('is not searched for after 4,096 characters with an invalid signature', () => {
    expect(read(`sid=${signedOf(4095, 'guessed')}; sid=${signed('ada')}`)).to.equal('ada')
    expect(read(`sid=${signedOf(4096, 'guessed')}; sid=${signed('ada')}`)).to.equal(undefined)
  })

  it('is not found in the cookies of cookie-parser unless it has the prefix of a signed one', () => {
    for (const value of [`xx${sign('ada', 'new')}`, sign('ada', 'new'), `S:${sign('ada', 'new')}`]) {
      expect(cookie.read({ cookies: { sid: value } } as never, ['new']), value).to.equal(undefined)
    }
    expect(cookie.read({ cookies: { sid: signed('ada') } } as never, ['new'])).to.equal('ada')
  })

  it('is deprecated if it is found in the cookies of cookie-parser', () => {
    const found = deprecations(() => cookie.read({ cookies: { sid: signed('ada') } } as never, ['new']))
    expect(found).to.deep.equal(['cookie should be available in req.headers.cookie'])
    expect(deprecations(() => cookie.read({ cookies: { sid: 'ada' } } as never, ['new']))).to.deep.equal([])
  })

  describe('if cookie-parser has verified it', () => {
    const dated = validSecrets([{ key: 'new', from: 0 }])
    for (const [what, header, secrets, id] of [
      ['is found beside secrets without dates, as in express-session', `sid=${signed('ada', 'old')}`, ['new'], 'ada'],
      ['is not found beside secrets with dates', `sid=${signed('ada', 'old')}`, dated, undefined],
      ['is found in a request without a Cookie header', undefined, dated, 'ada'],
      ['is found in a request whose Cookie header lacks it', 'other=1', dated, 'ada'],
    ] as const) {
      it(what, () => {
        const req = { headers: { cookie: header }, signedCookies: { sid: 'ada' } }
        expect(cookie.read(req as never, secrets)).to.equal(id)
      })
    }
  })

  describe('is outdated', () => {
    const isOutdated = (header: string, sent: string): boolean => cookie.isOutdated(request(header), ['new', 'old'], sent)

    it('if another secret than the first one has signed it', () => {
      expect(isOutdated(`sid=${signed('ada', 'old')}`, 'ada')).to.equal(true)
      expect(isOutdated(`sid=${signed('ada')}`, 'ada')).to.equal(false)
    })

    it('even if another cookie of the name comes first', () => {
      expect(isOutdated(`sid=${signed('eve')}; sid=${signed('ada', 'old')}`, 'ada')).to.equal(true)
      expect(isOutdated(`sid=${signed('eve', 'old')}; sid=${signed('ada')}`, 'ada')).to.equal(false)
    })

    it('not if it is sent with both signatures, or not at all', () => {
      expect(isOutdated(`sid=${signed('ada', 'old')}; sid=${signed('ada')}`, 'ada')).to.equal(false)
      expect(isOutdated(`sid=${signed('eve', 'old')}`, 'ada')).to.equal(false)
    })
  })

  describe('is reported', () => {
    const heard = useDiagnostics('resession:cookie-rejected', 'resession:cookie-dropped')
    /** The reasons since the last call. */
    const reasons = (): unknown[] => heard.splice(0).map(([, message]) => (message as { reason: string }).reason)
    useWarnings()

    it('as badly signed if one of several has a signature', () => {
      cookie.reportRejected(request(`sid=plain; sid=${signed('ada', 'guessed')}`))
      expect(reasons()).to.deep.equal(['invalid-signature'])
    })

    it('as not signed if none has', () => {
      cookie.reportRejected(request('sid=plain'))
      expect(reasons()).to.deep.equal(['no-signature'])
    })

    it('not if it was not sent', () => {
      cookie.reportRejected(request('b=1'))
      expect(reasons()).to.deep.equal([])
    })

    it('as too large from 4,097 bytes of name and value', () => {
      const size = (line: string): number => 'sid'.length + line.slice('sid='.length, line.indexOf(';')).length
      for (let length = 4030; length < 4060; length++) {
        const line = cookie.write({ plan: 'set', cookie: new Cookie(), value: 'a'.repeat(length) }, ['new'])
        expect(reasons(), `${size(line)} bytes`).to.deep.equal(size(line) > 4096 ? ['too-large'] : [])
      }
    })
  })
})
