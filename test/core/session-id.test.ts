import crypto = require('node:crypto')
import { expect } from 'chai'
import { newId } from '../../lib/core/session/session-id'
import { useCalls } from '../support/calls'

describe('core: session IDs', () => {
  const fills = useCalls(crypto, 'randomFillSync')

  /** The pool of random bytes, found by the call that fills it. */
  function pool(): Buffer {
    fills.count()
    for (let made = 0; made < 1000; made++) {
      newId()
      if (fills.args[0]) return fills.args[0][0] as Buffer
    }
    throw new Error('1000 ids were made of nothing')
  }

  it('are 24 bytes in 32 characters of base64url', () => {
    for (let made = 0; made < 1000; made++) {
      const id = newId()
      expect(id).to.match(/^[A-Za-z0-9_-]{32}$/)
      expect(Buffer.from(id, 'base64url')).to.have.lengthOf(24)
    }
  })

  it('are all different, over many pools of random bytes', () => {
    const ids = new Set(Array.from({ length: 10_000 }, newId))
    expect(ids.size).to.equal(10_000)
    expect(fills.count()).to.be.within(10, 10_000)
  })

  it('have random values in each byte', () => {
    const ids = Array.from({ length: 1000 }, () => Buffer.from(newId(), 'base64url'))
    // Fewer than 200 of 256 values at one of 24 positions are practically impossible
    for (let at = 0; at < 24; at++) expect(new Set(ids.map(id => id[at])).size, `byte ${at}`).to.be.above(200)
  })

  it('are erased from the pool of random bytes after use', () => {
    const memory = pool()
    const given: Buffer[] = []
    fills.count()
    while (fills.args.length === 0 && given.length < 1000) {
      const before = Buffer.from(memory)
      const id = Buffer.from(newId(), 'base64url')
      if (fills.args.length > 0) break
      given.push(id)
      expect(before.includes(id), 'they come from it').to.equal(true)
      expect(given.filter(id => memory.includes(id))).to.deep.equal([])
    }
    expect(given.length).to.be.above(100)
  })
})
