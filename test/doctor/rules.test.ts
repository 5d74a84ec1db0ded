import { expect } from 'chai'
import { DoctorJar, loadToughCookie } from '../../lib/doctor/cookie-jar'
import { parseSetCookie, pickSessionName, sessionIdOf } from '../../lib/doctor/set-cookie'

describe('doctor: the rules of browsers', () => {
  const reasonFor = async (url: string, line: string): Promise<string | undefined> => {
    const [received] = await new DoctorJar(await loadToughCookie()).receive([line], new URL(url))
    return received?.rejected
  }

  const ROWS: readonly (readonly [url: string, line: string, reason: RegExp | undefined])[] = [
    ['https://example.com', 'sid=a; Secure; HttpOnly; SameSite=Lax', undefined],
    ['http://example.com', 'sid=a', undefined],
    ['http://example.com', 'sid=a; Secure', /it is Secure, and the page was loaded over http$/],
    ['http://localhost:3000', 'sid=a; Secure', undefined],
    ['http://app.localhost', 'sid=a; Secure', undefined],
    ['http://127.0.0.1', 'sid=a; Secure', undefined],
    ['https://example.com', 'sid=a; SameSite=None; Secure', undefined],
    ['https://example.com', 'sid=a; samesite=NONE', /SameSite=None without Secure/],
    ['https://example.com', 'sid=a; Partitioned; Secure', undefined],
    ['https://example.com', 'sid=a; Partitioned', /Partitioned without Secure/],
    ['https://www.example.com', 'sid=a; Domain=example.com', undefined],
    ['https://www.example.com', 'sid=a; Domain=.example.com', undefined],
    ['https://example.com', 'sid=a; Domain=www.example.com', /www\.example\.com, does not include example\.com/],
    ['https://example.com', 'sid=a; Domain=internal', /internal/],
    ['https://ada.github.io', 'sid=a; Domain=github.io', /github\.io, is a public suffix/],
    ['https://example.co.uk', 'sid=a; Domain=co.uk', /co\.uk, is a public suffix/],
    ['https://example.com', '__Host-sid=a; Secure; Path=/', undefined],
    ['https://example.com', '__Host-sid=a; Path=/', /begins with __Host-, which needs Secure/],
    ['https://example.com', '__Host-sid=a; Secure; Path=/app', /begins with __Host-/],
    ['https://example.com', '__Host-sid=a; Secure; Path=/; Domain=example.com', /begins with __Host-/],
    ['https://example.com', '__Secure-sid=a', /begins with __Secure-, which needs Secure/],
    ['https://example.com', `sid=${'a'.repeat(4093)}`, undefined],
    ['https://example.com', `sid=${'a'.repeat(4094)}`, /4097 bytes/],
    ['https://example.com', `sid=a; Path=/${'a'.repeat(1024)}`, /Path is longer/],
    ['https://example.com', 'sid=a; Expires=Thu, 01 Jan 1970 00:00:00 GMT', /in the past/],
    ['https://example.com', 'sid=a; Max-Age=0', /in the past/],
    ['https://example.com', 'sid=a; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60', undefined],
    ['https://example.com', 'sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT', undefined],
    ['https://example.com', '=a', /no name/],
  ]
  for (const [url, line, reason] of ROWS) {
    it(`${url} ${reason ? 'may not' : 'may'} set ${line.length > 100 ? `${line.slice(0, 20)}… of ${line.length} bytes` : line}`, async () => {
      const found = await reasonFor(url, line)
      if (reason) expect(found).to.match(reason)
      else expect(found).to.equal(undefined)
    })
  }

  it('a missing package is an error that says what to install', async () => {
    const load = (): Promise<never> => Promise.reject(new Error('Cannot find package'))
    const err = await loadToughCookie(load).catch((err: Error) => err)
    expect((err as Error).message)
      .to.contain('npm install --save-dev tough-cookie')
      .and.contain('npx -p resession -p tough-cookie resession')
  })
})

describe('doctor: which cookie is the session', () => {
  const picked = (...lines: string[]): string | undefined => pickSessionName(lines.map(line => parseSetCookie(line, 0)))

  const ROWS: readonly (readonly [lines: string[], name: string | undefined])[] = [
    [[], undefined],
    [['theme=dark', 'connect.sid=a'], 'connect.sid'],
    [['koa.sess=a', 'koa.sess.sig=b'], 'koa.sess'],
    [['koa:sess.sig=b', 'koa:sess=a'], 'koa:sess'],
    [['__Host-session=a', 'theme=dark'], '__Host-session'],
    [['XSRF-TOKEN=a', 'app_sess=b'], 'app_sess'],
    [['csrf-session=a'], undefined],
    [['theme=dark', 'who=a; HttpOnly'], 'who'],
    [['PHPSESSID=a; path=/'], 'PHPSESSID'],
    [['connect.sid=; Max-Age=0', 'sid=a'], 'sid'],
  ]
  for (const [lines, name] of ROWS) {
    it(`of ${JSON.stringify(lines)} it is ${name ?? 'none'}`, () => {
      expect(picked(...lines)).to.equal(name)
    })
  }

  const VALUES: readonly (readonly [value: string, id: string | undefined])[] = [
    ['s%3Aabc.signature', 'abc'],
    ['s:abc.signature', 'abc'],
    ['s:a.b.signature', 'a.b'],
    ['plain-id', 'plain-id'],
    ['eyJ2aWV3cyI6MX0=', undefined],
    ['s%3AeyJ2aWV3cyI6MX0.signature', undefined],
    ['Fe26.2*1*x', undefined],
    ['a'.repeat(200), undefined],
    ['100%', '100%'],
  ]
  for (const [value, id] of VALUES) {
    it(`the value ${value.slice(0, 30)} ${id === undefined ? 'contains data' : `has the ID ${id}`}`, () => {
      expect(sessionIdOf(value)).to.equal(id)
    })
  }
})
