import { expect } from 'chai'
import { checkName } from '../../lib/core/settings/cookie-checks'

describe('core: the name of the cookie', () => {
  it('is refused with an error that lists the allowed characters', () => {
    expect(() => checkName('a b')).to.throw('name option must be letters, digits and "-", "_" or ".", not the string "a b"')
  })
})
