import { expect } from 'chai'
import { useClock } from '../support/clock'
import { count, routes, show } from '../support/handlers'
import { setCookie, Site } from '../support/site'
import { TracingStore } from '../support/tracing-store'

describe('options: rolling', () => {
  const clock = useClock()
  const site = (rolling: boolean, store?: TracingStore): Site =>
    new Site({ rolling, cookie: { maxAge: 3_600_000 }, ...(store && { store }) }, routes({ '/': count, '/read': show }))

  it('true sets the cookie on every response, its expiry moved', async () => {
    const visitor = site(true).visitor()
    expect(setCookie(await visitor.get())).to.contain('01:00:00')
    clock.turn(60_000)
    expect(setCookie(await visitor.get('/read'))).to.contain('01:01:00')
  })

  it('false does not set it where nothing changed', async () => {
    const visitor = site(false).visitor()
    await visitor.get()
    expect(setCookie(await visitor.get('/read'))).to.equal(undefined)
  })

  it('true saves no more than false: what did not change is touched', async () => {
    const store = new TracingStore()
    const visitor = site(true, store).visitor()
    await visitor.get()
    store.trace()
    await visitor.get('/read')
    expect(store.trace()).to.deep.equal(['get', 'touch'])
  })

  it('true does not set the cookie of a new session that nobody used', async () => {
    expect(setCookie(await site(true).get('/read'))).to.equal(undefined)
  })
})
