import { expect } from 'chai'
import { data, routes } from '../support/handlers'
import type { Handler } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { useServers } from '../support/wire'
import { serveSession, type Protocol } from './browser-site'
import { useChromium, type Kept } from './chromium'

interface Case {
  readonly protocol: Protocol
  readonly options: Partial<SessionOptions>
  /** The cookie in Chromium. */
  readonly kept: Partial<Kept> | 'refused' | 'not sent'
}

const HOST = 'www.site.test'

/** In pairs: an accepted cookie, and one that is refused because of one attribute. */
const CASES: Record<string, Case> = {
  'no attributes at all': {
    protocol: 'http',
    options: {},
    kept: {
      name: 'connect.sid',
      domain: HOST,
      path: '/',
      httpOnly: true,
      secure: false,
      expires: -1,
      sameSite: undefined,
      priority: 'Medium',
    },
  },
  'httpOnly: false': { protocol: 'http', options: { cookie: { httpOnly: false } }, kept: { httpOnly: false } },
  'secure: true over HTTPS': { protocol: 'https', options: { cookie: { secure: true } }, kept: { secure: true } },
  'secure: true over HTTP': { protocol: 'http', options: { cookie: { secure: true } }, kept: 'not sent' },
  'secure: true over HTTP, with a wrong X-Forwarded-Proto: https': {
    protocol: 'http',
    options: { cookie: { secure: true }, proxy: true },
    kept: 'refused',
  },
  'secure: auto over HTTPS': { protocol: 'https', options: { cookie: { secure: 'auto' } }, kept: { secure: true } },
  'secure: auto over HTTP': { protocol: 'http', options: { cookie: { secure: 'auto' } }, kept: { secure: false } },
  'sameSite: true': { protocol: 'http', options: { cookie: { sameSite: true } }, kept: { sameSite: 'Strict' } },
  'sameSite: strict': { protocol: 'http', options: { cookie: { sameSite: 'strict' } }, kept: { sameSite: 'Strict' } },
  'sameSite: lax': { protocol: 'http', options: { cookie: { sameSite: 'lax' } }, kept: { sameSite: 'Lax' } },
  'sameSite: none with secure': { protocol: 'https', options: { cookie: { sameSite: 'none', secure: true } }, kept: { sameSite: 'None' } },
  'sameSite: none without secure': { protocol: 'https', options: { cookie: { sameSite: 'none' } }, kept: 'refused' },
  'partitioned with secure': {
    protocol: 'https',
    options: { cookie: { partitioned: true, secure: true, sameSite: 'none' } },
    kept: { partitionKey: { topLevelSite: 'https://site.test', hasCrossSiteAncestor: false } },
  },
  'partitioned without secure': { protocol: 'https', options: { cookie: { partitioned: true } }, kept: 'refused' },
  'priority: high': { protocol: 'http', options: { cookie: { priority: 'high' } }, kept: { priority: 'High' } },
  'priority: low': { protocol: 'http', options: { cookie: { priority: 'low' } }, kept: { priority: 'Low' } },
  'the domain above': { protocol: 'http', options: { cookie: { domain: 'site.test' } }, kept: { domain: '.site.test' } },
  'the domain of another site': { protocol: 'http', options: { cookie: { domain: 'bank.test' } }, kept: 'refused' },
  'a __Host- name with secure and the path /': {
    protocol: 'https',
    options: { name: '__Host-sid', cookie: { secure: true } },
    kept: { name: '__Host-sid', domain: HOST, secure: true },
  },
  'a __Host- name without secure': { protocol: 'https', options: { name: '__Host-sid' }, kept: 'refused' },
  'a __Host- name with a domain': {
    protocol: 'https',
    options: { name: '__Host-sid', cookie: { secure: true, domain: HOST } },
    kept: 'refused',
  },
  'a __Host- name with a path of its own': {
    protocol: 'https',
    options: { name: '__Host-sid', cookie: { secure: true, path: '/enter' } },
    kept: 'refused',
  },
  'a __Secure- name with secure and a domain': {
    protocol: 'https',
    options: { name: '__Secure-sid', cookie: { secure: true, domain: 'site.test' } },
    kept: { name: '__Secure-sid', domain: '.site.test' },
  },
  'a __Secure- name without secure': { protocol: 'https', options: { name: '__Secure-sid' }, kept: 'refused' },
}

describe('a session cookie in Chromium', () => {
  const someone = useChromium()
  useServers()

  for (const [what, { protocol, options, kept }] of Object.entries(CASES)) {
    const outcome = typeof kept === 'string' ? kept : 'kept, and the session with it'
    it(`with ${what} is ${outcome}`, async () => {
      const at = await serveSession(protocol, options, handler)
      const ada = await someone()
      const page = await ada.page()
      if (options.proxy) await page.setExtraHTTPHeaders({ 'X-Forwarded-Proto': 'https' })
      const headers = (await (await page.goto(at(HOST, '/enter')))?.allHeaders()) ?? {}
      const cookies = await ada.cookies()
      await page.goto(at(HOST, '/enter/look'))
      const found = { sent: 'set-cookie' in headers, kept: cookies.length, user: await page.locator('body').textContent() }
      expect(found).to.deep.equal({
        sent: kept !== 'not sent',
        ...(typeof kept === 'string' ? { kept: 0, user: '' } : { kept: 1, user: 'ada' }),
      })
      if (typeof kept === 'string') return
      for (const [attribute, value] of Object.entries(kept)) expect(cookies[0]?.[attribute as keyof Kept]).to.deep.equal(value)
    })
  }
})

const handler: Handler = routes({
  '/enter': (req, res) => {
    data(req).user = 'ada'
    res.end()
  },
  '/enter/look': (req, res) => res.end(data(req).user),
})
