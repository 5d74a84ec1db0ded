import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { whenClosed, type Closing } from '../../lib/primitives/http'

/** A response with a connection. */
const response = (more: object = {}): Closing & EventEmitter => Object.assign(new EventEmitter(), { socket: {}, ...more }) as never

function ask(res: Closing | undefined): { willSay: boolean; said: () => number } {
  let said = 0
  const willSay = whenClosed(res, () => said++)
  return { willSay, said: () => said }
}

describe('primitives: whenClosed', () => {
  it('calls back when the response closes', () => {
    const res = response()
    const { willSay, said } = ask(res)
    expect([willSay, said()]).to.deep.equal([true, 0])
    res.emit('close')
    expect(said()).to.equal(1)
  })

  for (const [what, res] of Object.entries({
    'is closed': response({ destroyed: true }),
    'is closed, and has lost its socket': response({ destroyed: true, socket: null }),
    'is of HTTP/2, with a closed stream': response({ stream: { destroyed: true } }),
  })) {
    it(`calls back at once for a response that ${what}`, () => {
      const { willSay, said } = ask(res)
      expect([willSay, said()]).to.deep.equal([true, 1])
    })
  }

  for (const [what, res] of Object.entries({
    'is no emitter': { socket: {} },
    'has no connection': response({ socket: null }),
    'is missing': undefined,
  })) {
    it(`returns false for a response that ${what}`, () => {
      const { willSay, said } = ask(res)
      expect([willSay, said()]).to.deep.equal([false, 0])
    })
  }
})
