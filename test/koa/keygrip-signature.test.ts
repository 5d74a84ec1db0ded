import { createRequire } from 'node:module'
import { expect } from 'chai'
import { KeygripSignature } from '../../lib/koa/cookies/keygrip-signature'

const Keygrip = createRequire(__filename)('keygrip') as new (keys: readonly string[]) => { sign(text: string): string }

describe('koa: signatures in place of Keygrip', () => {
  const keys = ['k', 'keyboard cat', 'x'.repeat(63), 'x'.repeat(64), 'x'.repeat(65), 'Schlüssel 鍵'.repeat(20)]
  const texts = ['', 'koa.sid=abc', 'é漢😀'.repeat(50), 'n'.repeat(4096), '漢'.repeat(4096), 'n'.repeat(4097), 'short again']

  for (const key of keys) {
    it(`are the same with a key of ${key.length} characters`, () => {
      const [ours, theirs] = [new KeygripSignature(key), new Keygrip([key])]
      for (const text of texts) expect(ours.of(text)).to.equal(theirs.sign(text))
    })
  }

  it('differ with another key, and with another text', () => {
    const signature = new KeygripSignature('one').of('text')
    expect(new KeygripSignature('two').of('text')).to.not.equal(signature)
    expect(new KeygripSignature('one').of('texts')).to.not.equal(signature)
  })
})
