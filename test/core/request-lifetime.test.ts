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

  it('asks nobody when the response is over, where the last commit is done before the handler returns', () => {
    holder.on('ada', port)
    holder.end()
    watch()
    expect([inFlight.size, over]).to.deep.equal([0, undefined])
  })

  it('holds it for a handler that has returned, until the response is over and the last commit is done', () => {
    holder.on('ada', port)
    watch()
    holder.end()
    expect(inFlight.size).to.equal(1)
    over?.()
    expect(inFlight.size).to.equal(0)
  })

  it('lets go of one whose client went before the last commit, when that is done', () => {
    holder.on('ada', port)
    watch()
    over?.()
    expect(inFlight.size).to.equal(1)
    holder.end()
    expect(inFlight.size).to.equal(0)
  })

  it('lets go of what is asked for again after the last commit, before the handler returns', () => {
    holder.on('ada', port)
    holder.end()
    holder.on('ada', port)
    watch()
    over?.()
    expect(inFlight.size).to.equal(0)
  })
})
