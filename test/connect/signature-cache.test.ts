import crypto = require('node:crypto')
import { expect } from 'chai'
import { sign } from 'cookie-signature'
import fc from 'fast-check'
import { SignatureCache } from '../../lib/connect/signature-cache'
import { SessionCookie } from '../../lib/connect/session-cookie'
import type { Secret } from '../../lib/primitives/secrets'
import { useCalls } from '../support/calls'

/** A cookie value, made without the package under test. */
const valueOf = (id: string, secret: Secret): string => `s:${sign(id, secret as string)}`
/** The characters that Node accepts in a header: RFC 9110 section 5.5. */
const CHARACTER = fc.integer({ min: 0x20, max: 0xff }).map(code => String.fromCharCode(code))
/** Any text. fast-check's unit 'binary' is the same, and takes seconds to make. */
const TEXT = fc.string({
  unit: fc.oneof(CHARACTER, fc.integer({ max: 0x10_ff_ff, min: 0 }).map(String.fromCodePoint)),
  minLength: 1,
  maxLength: 80,
})
const signedIn = (value: string): string => value.slice('s:'.length)

describe('connect: signatures', () => {
  const hmacs = useCalls(crypto, 'createHmac')
  const keys = useCalls(crypto, 'createSecretKey')
  let signatures: SignatureCache

  beforeEach(() => {
    signatures = new SignatureCache()
  })

  function verify(value: string, ...secrets: Secret[]): { id: string | undefined; hmacs: number } {
    hmacs.count()
    return { id: signatures.verify(value, secrets, signedIn), hmacs: hmacs.count() }
  }

  it('that were verified once need no HMAC to verify or sign again', () => {
    const value = valueOf('ada', 'old')
    expect(verify(value, 'old')).to.deep.equal({ id: 'ada', hmacs: 1 })
    expect(verify(value, 'old')).to.deep.equal({ id: 'ada', hmacs: 0 })
    expect(signatures.sign('ada', ['old'])).to.equal(value)
    expect(hmacs.count()).to.equal(0)
  })

  it('that were only made are not cached: most new clients never return', () => {
    const value = signatures.sign('ada', ['old'])
    expect(value).to.equal(valueOf('ada', 'old'))
    expect(verify(value, 'old').hmacs).to.equal(1)
  })

  it('are equal to those of cookie-signature, with one key per secret', () => {
    fc.assert(
      fc.property(TEXT, secret => {
        keys.count()
        expect(signatures.sign('ada', [secret])).to.equal(valueOf('ada', secret))
        expect(keys.count()).to.be.at.most(1)
        for (let time = 0; time < 3; time++) signatures.sign('ada', [secret])
        expect(keys.count()).to.equal(0)
      }),
    )
  })

  it('that are invalid are computed each time', () => {
    const forged = valueOf('ada', 'guessed')
    for (let time = 0; time < 3; time++) expect(verify(forged, 'new', 'old')).to.deep.equal({ id: undefined, hmacs: 2 })
  })

  it('that were tampered with are refused, before and after the valid one is cached', () => {
    const text = fc.string({ unit: CHARACTER, minLength: 1 })
    fc.assert(
      fc.property(text, tampering(), (id, tamper) => {
        const own = new SignatureCache()
        const good = valueOf(id, 'old')
        const bad = tamper(good)
        fc.pre(bad !== good)
        const ask = (value: string): unknown => own.verify(value, ['old'], signedIn)
        const answers = [bad, bad, good, bad, good, bad].map(ask)
        expect(answers).to.deep.equal([undefined, undefined, id, undefined, id, undefined])
      }),
    )
  })

  it('are invalid after their secret has been removed', () => {
    const value = valueOf('ada', 'old')
    expect(verify(value, 'new', 'old').id).to.equal('ada')
    expect(verify(value, 'new').id).to.equal(undefined)
    expect(verify(value, 'new', 'old').id).to.equal('ada')
  })

  it('are valid with an older secret too, and the first one signs', () => {
    const value = valueOf('ada', 'old')
    expect(verify(value, 'new', 'old')).to.deep.equal({ id: 'ada', hmacs: 2 })
    expect(verify(value, 'new', 'old')).to.deep.equal({ id: 'ada', hmacs: 0 })
    expect(signatures.sign('ada', ['new', 'old'])).to.equal(valueOf('ada', 'new'))
    expect(verify(valueOf('ada', 'new'), 'new', 'old').id).to.equal('ada')
    expect(signatures.sign('ada', ['old', 'new'])).to.equal(valueOf('ada', 'old'))
  })

  it('of a Buffer are not cached, because its bytes can change', () => {
    const secret = Buffer.from('old')
    const value = valueOf('ada', secret)
    for (let time = 0; time < 2; time++) expect(verify(value, secret)).to.deep.equal({ id: 'ada', hmacs: 1 })
    secret.write('new')
    expect(verify(value, secret).id).to.equal(undefined)
    expect(signatures.sign('ada', [secret])).to.equal(valueOf('ada', 'new'))
  })

  it('of a KeyObject are cached, because its bytes cannot change', () => {
    const [secret, other] = ['old', 'new'].map(text => crypto.createSecretKey(Buffer.from(text))) as [Secret, Secret]
    const value = valueOf('ada', secret)
    expect(verify(value, secret)).to.deep.equal({ id: 'ada', hmacs: 1 })
    expect(verify(value, secret)).to.deep.equal({ id: 'ada', hmacs: 0 })
    expect(verify(value, other).id).to.equal(undefined)
  })

  it('of the same value, percent-encoded and plain, are cached separately, and both are valid', () => {
    const cookie = new SessionCookie('connect.sid')
    const plain = valueOf('bob', 'old')
    expect(encodeURIComponent(plain)).to.contain('%2B')
    const read = (value: string): unknown => cookie.read({ headers: { cookie: `connect.sid=${value}` } } as never, ['old'])
    const spellings = [plain, encodeURIComponent(plain), plain.replace('s:', 's%3A'), plain.replace('bob', '%62ob')]
    for (const remembered of [0, 1]) {
      hmacs.count()
      expect(spellings.map(read)).to.deep.equal(['bob', 'bob', 'bob', 'bob'])
      expect(hmacs.count()).to.equal(remembered ? 0 : spellings.length)
    }
    expect(read(encodeURIComponent(plain.replace('bob', 'eve')))).to.equal(undefined)
  })

  it('are cached for values of up to 512 characters, and longer ones are valid too', () => {
    const signature = valueOf('', 'old').length
    const [short, long] = [512, 513].map(length => valueOf('a'.repeat(length - signature), 'old')) as [string, string]
    expect([short.length, long.length]).to.deep.equal([512, 513])
    expect([verify(short, 'old').hmacs, verify(short, 'old').hmacs]).to.deep.equal([1, 0])
    const id = 'a'.repeat(513 - signature)
    expect([verify(long, 'old'), verify(long, 'old')]).to.deep.equal([1, 1].map(hmacs => ({ id, hmacs })))
    expect(verify(`${long}a`, 'old').id).to.equal(undefined)
  })

  it('are cached for the last 10,000 values, and at most for twice as many', () => {
    const values = Array.from({ length: 20_001 }, (_, at) => valueOf(`visitor ${at}`, 'old'))
    for (const value of values) signatures.verify(value, ['old'], signedIn)
    expect(verify(values[0] as string, 'old').hmacs).to.equal(1)
    hmacs.count()
    for (const value of values.slice(-9999)) signatures.verify(value, ['old'], signedIn)
    expect(hmacs.count()).to.equal(0)
  })
})

/** Ways to change a signed value. */
function tampering(): fc.Arbitrary<(value: string) => string> {
  const cut = fc.tuple(fc.nat(), CHARACTER, fc.boolean()).map(([nat, other, goesOn]) => (value: string) => {
    const at = 's:'.length + (nat % (value.length - 's:'.length))
    return value.slice(0, at) + (goesOn ? other + value.slice(at + 1) : '')
  })
  const longer = CHARACTER.map(more => (value: string) => value + more)
  const otherId = fc.string().map(id => (value: string) => `s:${id}${value.slice(value.lastIndexOf('.'))}`)
  const otherSignature = fc.string().map(signature => (value: string) => `${value.slice(0, value.lastIndexOf('.'))}.${signature}`)
  return fc.oneof(cut, longer, otherId, otherSignature)
}
