import { expect } from 'chai'
import fc = require('fast-check')
import { Seal } from '../../lib/primitives/seal'

const SECRET = 'keyboard cat'

describe('primitives: Seal', () => {
  it('opens any text that it has sealed', () => {
    const seal = new Seal([SECRET], 'koa.sess')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        expect(seal.unseal(seal.seal(text))).to.equal(text)
      }),
    )
  })

  it('opens a text that an earlier version has sealed', () => {
    const sealed = '1.5aUFL3vniH0jF0g-JRzVE7Lwv1GS6ar0oIWtD-6S_RwRZAv60vQH3WI0qfM'
    expect(new Seal([SECRET], 'koa.sess').unseal(sealed)).to.equal('{"user":"ädä"}')
  })

  it('makes a different text each time, which reveals only the length', () => {
    const seal = new Seal([SECRET], 'koa.sess')
    const [one, other] = [seal.seal('{"user":"ada"}'), seal.seal('{"user":"ada"}')]
    expect(one).to.not.equal(other)
    expect(one).to.match(/^1\.[A-Za-z0-9_-]+$/)
    expect(Buffer.from(one.slice(2), 'base64url').toString('latin1')).to.not.contain('ada')
  })

  it('does not open a text with any changed bit', () => {
    const seal = new Seal([SECRET], 'koa.sess')
    const bytes = Buffer.from(seal.seal('{"user":"ada"}').slice(2), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(seal.unseal(`1.${changed.toString('base64url')}`), `bit ${bit}`).to.equal(undefined)
    }
  })

  it('does not open a truncated or invalid text', () => {
    const seal = new Seal([SECRET], 'koa.sess')
    const sealed = seal.seal('{}')
    for (const text of ['', '1.', sealed.slice(0, -1), sealed.slice(2), '2' + sealed.slice(1), 'eyJhIjoxfQ==', '1.ü']) {
      expect(seal.unseal(text), text).to.equal(undefined)
    }
  })

  it('does not open a text with another secret or for another cookie name', () => {
    const sealed = new Seal([SECRET], 'koa.sess').seal('{}')
    expect(new Seal(['another'], 'koa.sess').unseal(sealed)).to.equal(undefined)
    expect(new Seal([SECRET], 'another').unseal(sealed)).to.equal(undefined)
  })

  it('seals with a secret that was added at the front of its array', () => {
    const secrets = ['old']
    const seal = new Seal(secrets, 'koa.sess')
    const before = seal.seal('{}')
    secrets.unshift('new')
    expect(new Seal(['new'], 'koa.sess').unseal(seal.seal('{}'))).to.equal('{}')
    expect(seal.unseal(before)).to.equal('{}')
  })

  it('opens with all secrets, and seals with the first', () => {
    const [old, both, young] = [['old'], ['new', 'old'], ['new']].map(secrets => new Seal(secrets, 'koa.sess')) as [Seal, Seal, Seal]
    expect(both.unseal(old.seal('{}'))).to.equal('{}')
    expect(young.unseal(both.seal('{}'))).to.equal('{}')
    expect(old.unseal(both.seal('{}'))).to.equal(undefined)
  })
})
