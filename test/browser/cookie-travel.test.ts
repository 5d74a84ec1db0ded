import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { count, data, routes } from '../support/handlers'
import { session, type CookieOptions, type LiveCookie } from '../support/subject'
import { useServers } from '../support/wire'
import { serve, serveSession, type Address } from './browser-site'
import { useChromium, type Settings } from './chromium'

/** How another site can make a browser send a request to ours. */
type Way = 'link' | 'form' | 'frame' | 'image'

const NONE = { sameSite: 'none', secure: true } as const

interface Case {
  readonly cookie: CookieOptions
  readonly settings?: Settings
  /** The ways in which the cookie is sent. */
  readonly ways: readonly Way[]
}

const CASES: Record<string, Case> = {
  'sameSite: strict': { cookie: { sameSite: 'strict' }, ways: [] },
  'sameSite: lax': { cookie: { sameSite: 'lax' }, ways: ['link'] },
  // Chromium treats it as Lax, except for the first two minutes of a cookie
  'no sameSite': { cookie: {}, ways: ['form', 'link'] },
  'sameSite: none': { cookie: NONE, settings: 'allow', ways: ['form', 'frame', 'image', 'link'] },
  'sameSite: none, where cookies of other sites are not allowed,': { cookie: NONE, settings: 'block', ways: ['form', 'link'] },
  'sameSite: none and partitioned': { cookie: { ...NONE, partitioned: true }, settings: 'allow', ways: ['form', 'link'] },
}

describe('a session cookie in Chromium, from site to site', () => {
  const someone = useChromium()
  useServers()

  for (const [what, { cookie, settings, ways }] of Object.entries(CASES)) {
    it(`with ${what} is sent by ${ways.join(', ') || 'nothing'}`, async () => {
      const known: string[] = []
      const at = await serveSession('https', { cookie }, (req, res) => {
        if (req.url === '/enter') data(req).user = 'ada'
        else if (data(req).user) known.push((req.url as string).slice(1))
        res.end()
      })
      const other = await serve('https', (_, res) => res.setHeader('Content-Type', 'text/html').end(otherSite(at)))
      const page = await (await someone(settings)).page()
      await page.goto(at('site.test', '/enter'))
      await page.goto(other('other.test'), { waitUntil: 'networkidle' })
      await page.getByRole('link').click()
      await page.waitForURL(at('site.test', '/link'))
      await page.goto(other('other.test'), { waitUntil: 'networkidle' })
      await page.getByRole('button').click()
      await page.waitForURL(at('site.test', '/form'))
      expect([...new Set(known)].sort()).to.deep.equal(ways)
    })
  }

  it('is separate on each embedding site if it is partitioned', async () => {
    const at = await serveSession('https', { cookie: { ...NONE, partitioned: true } }, count)
    const embedding = await serve('https', (_, res) =>
      res.setHeader('Content-Type', 'text/html').end(`<iframe src="${at('site.test')}"></iframe>`),
    )
    const ada = await someone()
    const page = await ada.page()
    const visits: (string | null)[] = []
    for (const host of ['one.test', 'one.test', 'two.test', 'one.test']) {
      await page.goto(embedding(host))
      visits.push(await page.frameLocator('iframe').locator('body').textContent())
    }
    expect(visits).to.deep.equal(['1', '2', '1', '3'])
    const partitions = (await ada.cookies()).map(({ partitionKey }) => partitionKey?.topLevelSite)
    expect(partitions.sort()).to.deep.equal(['https://one.test', 'https://two.test'])
  })

  it('is sent to subdomains only with a domain', async () => {
    for (const [domain, visits] of [
      ['site.test', '2'],
      [undefined, '1'],
    ]) {
      const at = await serveSession('http', { cookie: { domain } }, count)
      const page = await (await someone()).page()
      await page.goto(at('site.test'))
      await page.goto(at('below.site.test'))
      expect(await bodyOf(page)).to.equal(visits)
    }
  })

  it('is sent to its path and below, and to no other paths', async () => {
    const at = await serveSession('http', { cookie: { path: '/app' } }, (req, res) => {
      res.setHeader('Cookies', req.headers.cookie ? 'some' : 'none')
      if (!req.session) return res.end('no session')
      return count(req, res)
    })
    const page = await (await someone()).page()
    const cookies: (string | undefined)[] = []
    const visits: (string | null)[] = []
    for (const path of ['/app', '/app/deep', '/', '/app']) {
      cookies.push((await page.goto(at('site.test', path)))?.headers().cookies)
      visits.push(await bodyOf(page))
    }
    expect(cookies).to.deep.equal(['none', 'some', 'none', 'some'])
    expect(visits).to.deep.equal(['1', '2', 'no session', '3'])
  })
})

describe('a session cookie in Chromium, over time', () => {
  const someone = useChromium()
  useServers()

  it('expires after its maxAge, and so does the session', async () => {
    const at = await serveSession('http', { cookie: { maxAge: 2000 } }, count)
    const ada = await someone()
    const page = await ada.page()
    await page.goto(at('site.test'))
    expect(await ada.cookies()).to.have.length(1)
    while ((await ada.cookies()).length > 0) await page.waitForTimeout(100)
    await page.goto(at('site.test'))
    expect(await bodyOf(page)).to.equal('1')
  })

  it('has a longer lifetime with remember me', async () => {
    const handler = routes({
      '/': count,
      '/remember': (req, res) => {
        req.session.cookie.maxAge = 3_600_000
        data(req).remembered = true
        res.end()
      },
    })
    const at = await serveSession('http', {}, handler)
    const ada = await someone()
    const page = await ada.page()
    await page.goto(at('site.test'))
    expect((await ada.cookies())[0]?.expires).to.equal(-1)
    await page.goto(at('site.test', '/remember'))
    expect(((await ada.cookies())[0]?.expires ?? 0) * 1000 - Date.now()).to.be.within(3_580_000, 3_601_000)
    await page.goto(at('site.test'))
    expect(await bodyOf(page)).to.equal('2')
  })

  for (const [what, cookie] of Object.entries({
    plain: {},
    partitioned: { ...NONE, partitioned: true },
    'for a domain and a path': { domain: 'site.test', path: '/app' },
  } as const satisfies Record<string, CookieOptions>)) {
    it(`is removed when the app clears it with its attributes: ${what}`, async () => {
      const cleared = new session.Cookie({ ...cookie, expires: new Date(0) } as CookieOptions)
      const handler = routes({
        '/app': count,
        '/app/leave': (req, res) => {
          res.setHeader('Set-Cookie', (cleared as LiveCookie).serialize('connect.sid', ''))
          req.session.destroy(() => res.end())
        },
      })
      const at = await serveSession('https', { cookie }, handler)
      const ada = await someone()
      const page = await ada.page()
      await page.goto(at('site.test', '/app'))
      expect(await ada.cookies()).to.have.length(1)
      await page.goto(at('site.test', '/app/leave'))
      expect(await ada.cookies()).to.deep.equal([])
      await page.goto(at('site.test', '/app'))
      expect(await bodyOf(page)).to.equal('1')
    })
  }
})

async function bodyOf(page: Page): Promise<string | null> {
  return page.locator('body').textContent()
}

/** A page of another site, with each way to send a request to ours. */
function otherSite(at: Address): string {
  const to = (way: Way): string => at('site.test', `/${way}`)
  return `<!doctype html><link rel="icon" href="data:,">
    <a href="${to('link')}">there</a> <form method="post" action="${to('form')}"><button>there</button></form>
    <iframe src="${to('frame')}"></iframe> <img src="${to('image')}" alt="" />`
}
