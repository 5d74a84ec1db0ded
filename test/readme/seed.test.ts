import cookieParser = require('cookie-parser')
import { expect } from 'chai'
import { useClock } from '../support/clock'
import { data, routes } from '../support/handlers'
import { setCookie, Site, type Handler } from '../support/site'

/** The examples in the README of early express-session, in an app of that time: after cookie-parser, with `key`. */
describe('README: express-session’s own examples', () => {
  const clock = useClock()
  const parse = cookieParser()
  const behindParser = (req: object, res: object): void => void parse(req as never, res as never, () => {})

  const counter: Handler = (req, res) => {
    const bag = data(req)
    if (!bag.views) {
      bag.views = 1
      return res.end('first')
    }
    bag.views = Number(bag.views) + 1
    res.setHeader('Content-Type', 'text/html')
    res.write(`<p>views: ${String(bag.views)}</p>`)
    res.write(`<p>expires in: ${Number(req.session.cookie.maxAge) / 1000}s</p>`)
    res.end()
  }

  it('the view counter counts, and shows the remaining lifetime', async () => {
    const visitor = new Site({ key: 'sid', cookie: { maxAge: 60_000 } }, counter, behindParser).visitor()
    expect((await visitor.get()).text).to.equal('first')
    clock.turn(30_000)
    // The expiry is that of the last request until this one has ended and starts the lifetime again; with a chunk written, it has
    expect((await visitor.get()).text).to.equal('<p>views: 2</p><p>expires in: 60s</p>')
    expect(visitor.cookie).to.match(/^sid=/)
  })

  it('a secure cookie is not set over plain HTTP', async () => {
    expect(setCookie(await new Site({ key: 'sid', cookie: { secure: true } }, counter, behindParser).get())).to.equal(undefined)
  })

  it('regenerate, destroy, reload and save call back', async () => {
    const site = new Site(
      {},
      routes({
        '/': (req, res) => {
          data(req).n = 1
          req.session.save(err => res.end(String(err)))
        },
        '/reload': (req, res) => req.session.reload(err => res.end(`${String(err)} ${String(data(req).n)}`)),
        '/regenerate': (req, res) => req.session.regenerate(err => res.end(`${String(err)} ${String(data(req).n)}`)),
        '/destroy': (req, res) => req.session.destroy(err => res.end(`${String(err)} ${String(req.session)}`)),
      }),
    )
    const visitor = site.visitor()
    const texts: string[] = []
    for (const path of ['/', '/reload', '/regenerate', '/destroy']) texts.push((await visitor.get(path)).text)
    expect(texts).to.deep.equal(['undefined', 'undefined 1', 'undefined undefined', 'undefined undefined'])
  })

  it('expires and maxAge set the same value', async () => {
    const hour = 3_600_000
    const site = new Site(
      {},
      routes({
        '/expires': (req, res) => {
          req.session.cookie.expires = new Date(Date.now() + hour)
          data(req).n = 1
          res.end(String(req.session.cookie.maxAge))
        },
        '/maxAge': (req, res) => {
          req.session.cookie.maxAge = hour
          data(req).n = 1
          res.end(String(req.session.cookie.maxAge))
        },
      }),
    )
    const [expires, maxAge] = [await site.get('/expires'), await site.get('/maxAge')]
    expect([expires.text, maxAge.text]).to.deep.equal(['3600000', '3600000'])
    for (const res of [expires, maxAge]) expect(setCookie(res)).to.contain('Expires=Thu, 01 Jan 2026 01:00:00 GMT')
  })
})
