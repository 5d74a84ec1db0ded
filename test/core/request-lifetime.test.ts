import { expect } from 'chai'
import { RequestLifetime } from '../../lib/core/concurrency/request-lifetime'
import { ActiveSessions } from '../../lib/core/concurrency/active-sessions'

describe('core: the time for which a request uses a session', () => {
  let inFlight: ActiveSessions
  let port: { activeSessions: ActiveSessions }
  let holder: RequestLifetime
  let over: (() => void) | undefined
  const watch = (): void => holder.watch((_: object, act) => ((over = act), true), {})

  beforeEach(() => {
    inFlight = new ActiveSessions()
    port = { activeSessions: inFlight }
    holder = new RequestLifetime({})
    over = undefined
  })

  it('does not watch the response if the last commit is done before the handler returns', () => {
    holder.on('ada', port)
    holder.end()
    watch()
    expect([inFlight.size, over]).to.deep.equal([0, undefined])
  })

  it('lasts until the response is closed and the last commit is done', () => {
    holder.on('ada', port)
    watch()
    holder.end()
    expect(inFlight.size).to.equal(1)
    over?.()
    expect(inFlight.size).to.equal(0)
  })

  it('ends with the last commit if the client has disconnected before', () => {
    holder.on('ada', port)
    watch()
    over?.()
    expect(inFlight.size).to.equal(1)
    holder.end()
    expect(inFlight.size).to.equal(0)
  })

  it('ends with the response if the session is used again after the last commit', () => {
    holder.on('ada', port)
    holder.end()
    holder.on('ada', port)
    watch()
    over?.()
    expect(inFlight.size).to.equal(0)
  })
})
