import { createSecretKey, hkdfSync } from 'node:crypto'
import { expect } from 'chai'
import { DerivedKeys } from '../../lib/primitives/derived-keys'

describe('primitives: derived keys', () => {
  it('are derived with HKDF-SHA256 from a string, bytes, or a KeyObject', () => {
    const keys = new DerivedKeys('purpose', 'salt')
    const expected = Buffer.from(hkdfSync('sha256', 'secret', 'salt', 'purpose', 32))
    for (const secret of ['secret', Buffer.from('secret'), createSecretKey(Buffer.from('secret'))]) {
      expect(keys.of(secret).equals(expected)).to.equal(true)
    }
  })

  it('are derived once per secret', () => {
    const keys = new DerivedKeys('purpose')
    expect(keys.of('secret')).to.equal(keys.of('secret'))
    expect(keys.of('secret')).to.not.equal(keys.of('another'))
  })

  it('depend on the purpose and the salt', () => {
    const texts = [new DerivedKeys('one'), new DerivedKeys('other'), new DerivedKeys('one', 'salt')].map(keys =>
      keys.of('secret').toString('hex'),
    )
    expect(new Set(texts).size).to.equal(3)
  })

  it('are cached for a limited number of secrets', () => {
    const keys = new DerivedKeys('purpose')
    const first = keys.of('0')
    for (let n = 1; n < 32; n++) keys.of(String(n))
    expect(keys.of('0')).to.equal(first)
    keys.of('32')
    expect(keys.of('0')).to.not.equal(first)
    expect(keys.of('0').equals(first)).to.equal(true)
  })

  for (const secret of ['', [], 42, null, undefined]) {
    it(`are refused for the secret ${JSON.stringify(secret)}`, () => {
      expect(() => new DerivedKeys('purpose').of(secret as never)).to.throw(TypeError, 'secret option')
    })
  }
})
