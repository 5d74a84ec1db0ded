import { expect } from 'chai'
import { deprecations } from '../support/deprecations'
import { count, data, show } from '../support/handlers'
import { setCookie, Site, type Handler } from '../support/site'
import { session } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

describe('options: saveUninitialized', () => {
  const first = async (saveUninitialized: boolean | undefined, handler: Handler): Promise<{ calls: string[]; cookie: boolean }> => {
    const store = new TracingStore()
    const res = await new Site({ saveUninitialized, store }, handler).get()
    return { calls: store.trace(), cookie: Boolean(setCookie(res)) }
  }

  it('false leaves a visitor alone whose session nobody used', async () => {
    expect(await first(false, show)).to.deep.equal({ calls: [], cookie: false })
  })

  it('false saves and sets the cookie as soon as there is something in it', async () => {
    expect(await first(false, count)).to.deep.equal({ calls: ['set'], cookie: true })
  })

  it('false keeps the cookie back from a new session that was saved by hand with nothing in it', async () => {
    expect(await first(false, (req, res) => req.session.save(() => res.end()))).to.deep.equal({ calls: ['set'], cookie: false })
  })

  it('false sets the cookie of a session that was changed and saved by hand, and saves it once', async () => {
    const handler: Handler = (req, res) => {
      data(req).user = 'tobi'
      req.session.save(() => res.end())
    }
    expect(await first(false, handler)).to.deep.equal({ calls: ['set'], cookie: true })
  })

  it('true saves and sets the cookie at once', async () => {
    expect(await first(true, show)).to.deep.equal({ calls: ['set'], cookie: true })
  })

  it('is true where nothing is said, which is deprecated', async () => {
    expect(await first(undefined, show)).to.deep.equal({ calls: ['set'], cookie: true })
    expect(deprecations(() => session({ secret: 'x', resave: false }))).to.deep.equal([
      'undefined saveUninitialized option; provide saveUninitialized option',
    ])
  })
})
