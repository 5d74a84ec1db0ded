import { expect } from 'chai'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { useServers } from '../support/wire'
import { serveSession } from './browser-site'
import { useChromium } from './chromium'

const FORM = '<!doctype html><link rel="icon" href="data:,"><form method="post" action="/login"><button>Log in</button></form>'

describe('a login by form in Chromium, with a slow store', () => {
  const someone = useChromium()
  useServers()

  it('redirects the browser only after the session is stored, and the next page has the session', async () => {
    const store = new GateStore()
    const asked: string[] = []
    const at = await serveSession('http', { store }, (req, res) => {
      asked.push(req.url as string)
      if (req.url === '/home') return res.end(`hello ${String(data(req).user)}`)
      if (req.url === '/') return res.setHeader('Content-Type', 'text/html').end(FORM)
      data(req).user = 'ada'
      return res.writeHead(303, { Location: '/home' }).end('See /home')
    })
    const ada = await someone()
    const page = await ada.page()
    await page.goto(at('site.test'))
    const click = page.getByRole('button').click()
    await store.waits()
    // If the browser already had the location, it would have requested it before this
    for (let other = 0; other < 3; other++) await (await ada.page()).goto(at('site.test'))
    expect(asked.slice(1)).to.deep.equal(['/login', '/', '/', '/'])
    store.open = true
    store.release()
    await click
    await page.waitForURL(at('site.test', '/home'))
    expect(await page.locator('body').textContent()).to.equal('hello ada')
  })
})
