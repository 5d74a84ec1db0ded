import { format, inspect } from 'node:util'
import debugFor = require('debug')
import { expect } from 'chai'
import { debug } from '../../lib/core/diagnostics/debug'

describe('core: debug', () => {
  const { log } = debugFor
  let lines: string[]
  let before: string
  /** Records that it is formatted. */
  const costly = { [inspect.custom]: () => lines.push('written out') }

  beforeEach(() => {
    lines = []
    before = debugFor.disable()
    debugFor.log = (...args: unknown[]) => void lines.push(format(...args))
  })

  afterEach(() => {
    debugFor.log = log
    debugFor.enable(before)
  })

  it('formats nothing if it is disabled', () => {
    debug('saving %o', costly)
    debugFor.enable('express')
    debug('saving %o', costly)
    expect(lines).to.deep.equal([])
  })

  it('can be enabled and disabled while the server runs', () => {
    debugFor.enable('express-session')
    debug('saving %o', costly)
    expect(lines[0]).to.equal('written out')
    expect(lines[1]).to.contain('express-session').and.contain('saving 1')
    debugFor.disable()
    debug('saving %o', costly)
    expect(lines).to.have.lengthOf(2)
  })

  it('can be enabled with the name of the package', () => {
    debugFor.enable('resession')
    debug('saving %s', 'ada')
    expect(lines).to.have.lengthOf(1)
    expect(lines[0]).to.contain('resession').and.not.contain('express-session')
    expect(lines[0]).to.contain('saving ada')
  })

  for (const names of ['express-session,resession', '*']) {
    it(`prints a line once with DEBUG=${names}`, () => {
      debugFor.enable(names)
      debug('saving %s', 'ada')
      expect(lines).to.have.lengthOf(1)
    })
  }

  it('prints a message without a value unchanged', () => {
    debugFor.enable('express-session')
    debug('no SID sent, generating session')
    debug('saving %s', 'ada')
    expect(lines.map(line => line.includes('undefined'))).to.deep.equal([false, false])
    expect(lines[0]).to.contain('no SID sent, generating session')
    expect(lines[1]).to.contain('saving ada')
  })
})
