import { expect } from 'chai'
import fc from 'fast-check'
import crypto = require('node:crypto')
import { SessionCookie } from '../../lib/connect/session-cookie'
import { Calls, useCalls } from '../support/calls'
import { onEachStorage } from '../support/hosts'
import { hostileHeaders, SIZE } from '../support/hostile-headers'
import { Site } from '../support/site'
import { TracingStore } from '../support/tracing-store'

const runs = Number(process.env.RUNS ?? 10_000)
const SECRETS = ['keyboard cat']

/** The cost of an error, in characters that can be decoded in the same time. */
const COST_OF_AN_ERROR = 1000

/** Counts the characters that are decoded, signed and parsed, and the errors that decoding throws. */
function useWork(): () => number {
  const decoded = useCalls(globalThis, 'decodeURIComponent')
  const signed = useCalls(crypto.Hmac.prototype, 'update')
  const parsed = useCalls(JSON, 'parse')
  const sizeOf = (args: unknown[][]): number => args.splice(0).reduce((sum, [text]) => sum + String(text).length, 0)
  return () => {
    const errors = decoded.args.filter(([text]) => isBroken(text as string)).length * COST_OF_AN_ERROR
    return errors + [decoded, signed, parsed].reduce((sum, { args }) => sum + sizeOf(args), 0)
  }
}

const { decodeURIComponent: decode } = globalThis

function isBroken(text: string): boolean {
  try {
    return decode(text) === undefined
  } catch {
    return true
  }
}

/** The cost of one forged cookie of the maximum size in browsers: it is decoded, and signed for comparison. */
const FORGED = 2 * 4096

describe('connect: a hostile Cookie header', () => {
  const work = useWork()

  for (const [what, header] of Object.entries(hostileHeaders('connect.sid'))) {
    it(`costs no more than four forged cookies: ${what}`, () => {
      expect(new SessionCookie('connect.sid').read({ headers: { cookie: header } }, SECRETS)).to.equal(undefined)
      expect(work()).to.be.at.most(4 * FORGED)
    })
  }

  it('costs no more than four forged cookies, for any input', () => {
    const piece = fc.constantFrom('connect.sid', '=', ';', ' ', '"', 's:', 's%3A', '%', '%41', '%FF', '%E2%82%AC', '.', 'x', '\t', ',')
    const unit = fc.array(piece, { minLength: 1, maxLength: 8 }).map(parts => parts.join(''))
    const long = (text: string): string => text.repeat(SIZE / 4 / text.length)
    const value = fc.oneof(
      unit,
      unit.map(text => `s:${long(text)}`),
      unit.map(long),
    )
    const pairs = fc.array(
      fc.oneof(
        unit,
        value.map(text => `connect.sid=${text};`),
      ),
      { minLength: 1, maxLength: 6 },
    )
    const cookies = new SessionCookie('connect.sid')
    fc.assert(
      fc.property(pairs, parts => {
        const text = parts.join('')
        const cookie = text.repeat(Math.ceil(SIZE / text.length)).slice(0, SIZE)
        expect(cookies.read({ headers: { cookie } }, SECRETS)).to.equal(undefined)
        expect(work()).to.be.at.most(4 * FORGED)
      }),
      { numRuns: runs },
    )
  }).timeout(60_000)

  it('is not read character by character', () => {
    const looks = new Calls(String.prototype, 'charCodeAt')
    try {
      for (const [what, header] of Object.entries(hostileHeaders('connect.sid'))) {
        new SessionCookie('connect.sid').read({ headers: { cookie: header } }, SECRETS)
        expect(looks.count(), what).to.be.at.most(SIZE)
      }
    } finally {
      looks.restore()
    }
  })
})

onEachStorage('a hostile Cookie header', (host, storage) => {
  const work = useWork()
  const options = { ...storage.options(new TracingStore()), name: storage.cookieName }

  for (const [what, header] of Object.entries(hostileHeaders(storage.cookieName))) {
    it(`is no error, and costs no more than four forged cookies: ${what}`, async () => {
      const site = new Site(options, (_req, res) => void res.end('new'), undefined, host)
      const { status, text } = await site.get().set('Cookie', header)
      expect([status, text, site.errors]).to.deep.equal([200, 'new', []])
      expect(work()).to.be.at.most(4 * FORGED)
    })
  }
})
