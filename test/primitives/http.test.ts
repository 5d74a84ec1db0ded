import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { whenClosed, type Closing } from '../../lib/primitives/http'

/** A response of a connection. */
const response = (more: object = {}): Closing & EventEmitter => Object.assign(new EventEmitter(), { socket: {}, ...more }) as never

function ask(res: Closing): { willSay: boolean; said: () => number } {
  let said = 0
  const willSay = whenClosed(res, () => said++)
  return { willSay, said: () => said }
}

describe('core: when a response is over', () => {
  it('it says so', () => {
    const res = response()
    const { willSay, said } = ask(res)
    expect([willSay, said()]).to.deep.equal([true, 0])
    res.emit('close')
    expect(said()).to.equal(1)
  })

  for (const [what, res] of Object.entries({
    'is over already': response({ destroyed: true }),
    'is over already, and has lost its socket': response({ destroyed: true, socket: null }),
    'is of HTTP/2, whose stream is over': response({ stream: { destroyed: true } }),
  })) {
    it(`one that ${what} has said so`, () => {
      const { willSay, said } = ask(res)
      expect([willSay, said()]).to.deep.equal([true, 1])
    })
  }

  for (const [what, res] of Object.entries({ 'is no emitter': { socket: {} }, 'is of no connection': response({ socket: null }) })) {
    it(`one that ${what} will not say so`, () => {
      const { willSay, said } = ask(res)
      expect([willSay, said()]).to.deep.equal([false, 0])
    })
  }
})
