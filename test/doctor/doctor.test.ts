import { expect } from 'chai'
import { execFile } from 'node:child_process'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import express = require('express')
import expressSession = require('express-session')
import Koa = require('koa')
import type { CheckName, Finding } from '../../lib/doctor/finding'
import { main } from '../../lib/doctor/main'
import { session } from '../support/subject'
import { app, fixed, inTurn, loginApp, plain, secure, steady } from './faulty-servers'

const theirs = expressSession({ secret: 'a secret', resave: false, saveUninitialized: true, cookie: { sameSite: 'lax' } })

function koa(): RequestListener {
  const app = new Koa()
  app.keys = ['a secret']
  app.use(koaSession.createSession({ sameSite: 'lax', store: undefined }, app) as Koa.Middleware)
  app.use(ctx => {
    const { session } = ctx as unknown as { session: { views?: number } }
    session.views = (session.views ?? 0) + 1
    ctx.set('Cache-Control', 'no-store')
    ctx.body = 'hello'
  })
  return app.callback() as RequestListener
}

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Report {
  readonly ok: boolean
  readonly cookie: string | null
  readonly checks: readonly Finding[]
}

async function run(...argv: string[]): Promise<Run> {
  const written = { out: '', err: '' }
  const code = await main(argv, { out: text => (written.out += text), err: text => (written.err += text) })
  return { code, ...written }
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- it has no types
const koaSession = require('koa-session') as { createSession(options: object, app: Koa): unknown }

let servers: Server[] = []

/** @returns the address of a server, which is closed after the test */
async function serve(listener: RequestListener | Server, hostname = 'localhost'): Promise<string> {
  const server = typeof listener === 'function' ? plain(listener) : listener
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return `${'setSecureContext' in server ? 'https' : 'http'}://${hostname}:${port}`
}

async function reportOn(url: string, ...argv: string[]): Promise<Report & { code: number }> {
  const { code, out } = await run('doctor', url, '--json', ...argv)
  return { ...(JSON.parse(out) as Report), code }
}

function finding({ checks }: Report, name: CheckName): Finding {
  return checks.find(({ check }) => check === name) as Finding
}

const failed = ({ checks }: Report): CheckName[] => checks.filter(({ status }) => status === 'fail').map(({ check }) => check)
const warned = ({ checks }: Report): CheckName[] => checks.filter(({ status }) => status === 'warn').map(({ check }) => check)

describe('doctor', function () {
  // Each request has a connection of its own
  this.timeout(30_000)
  const { NODE_TLS_REJECT_UNAUTHORIZED } = process.env

  afterEach(() => {
    for (const server of servers) server.close()
    servers = []
    if (NODE_TLS_REJECT_UNAUTHORIZED === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
  })

  describe('a healthy server', () => {
    const HEALTHY: Record<string, () => RequestListener> = {
      'with a new session for each client': () => app({ trustProxy: true }),
      'with rolling cookies': () => app({ trustProxy: true, rolling: true, cookie: { maxAge: 3_600_000 } }),
      'with sessions in the cookie': () => app({ trustProxy: true, store: 'cookie' }),
      'with express-session': () => express().use(theirs, (_req, res) => void res.set('Cache-Control', 'no-store').end()),
      'with koa-session': () => koa(),
      'of another make': () => steady('Path=/; HttpOnly; SameSite=Lax'),
      'whose login page is behind a redirect': () => {
        const behind = app({ trustProxy: true })
        return (req, res) =>
          req.url === '/' ? res.writeHead(302, { Location: '/home', 'Cache-Control': 'no-store' }).end() : behind(req, res)
      },
    }
    for (const [title, listener] of Object.entries(HEALTHY)) {
      it(`${title} fails no check`, async () => {
        const report = await reportOn(await serve(listener()))
        expect(failed(report)).to.deep.equal([])
        expect(report.ok).to.equal(true)
        expect(report.code).to.equal(0)
      })
    }

    it('passes each check, with a login that changes the session ID', async () => {
      const url = await serve(loginApp('regenerates'))
      const report = await reportOn(url, '--login', '/login', '--data', 'user=ada')
      expect(failed(report)).to.deep.equal([])
      const passed: CheckName[] = [
        'cookie-set',
        'cookie-kept',
        'cookie-returned',
        'same-session',
        'own-session',
        'login-new-id',
        'http-only',
      ]
      for (const check of passed) expect(finding(report, check).status, check).to.equal('pass')
    })

    it('over https passes the checks of Secure', async () => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
      const report = await reportOn(await serve(secure(app())))
      expect(failed(report)).to.deep.equal([])
      for (const check of ['secure', 'proxy'] as const) expect(finding(report, check).status).to.equal('pass')
    })
  })

  describe('each fault', () => {
    const DAYS = 86_400_000
    const loses = new (class extends session.MemoryStore {
      override set(_id: string, _session: never, done: () => void): void {
        done()
      }
    })()

    type Row = readonly [title: string, listener: () => RequestListener, check: CheckName, message: RegExp]
    const ROWS: readonly Row[] = [
      ['a page that stores nothing', () => app({}, (_req, res) => void res.end()), 'cookie-set', /No response sets a session cookie/],
      ['secure: true over http, without trust proxy', () => app({ cookie: { secure: true } }), 'cookie-set', /No response sets/],
      [
        'secure: true over http, with trust proxy',
        () => app({ cookie: { secure: true }, trustProxy: true }),
        'cookie-set',
        /With "X-Forwarded-Proto: https", "connect\.sid" is set/,
      ],
      [
        'SameSite=None without Secure',
        () => app({ cookie: { sameSite: 'none', secure: false } }),
        'cookie-kept',
        /SameSite=None without Secure/,
      ],
      ['Partitioned without Secure', () => steady('Partitioned; HttpOnly'), 'cookie-kept', /Partitioned without Secure/],
      [
        'the domain of another site',
        () => app({ cookie: { domain: 'example.com' } }),
        'cookie-kept',
        /example\.com, does not include localhost/,
      ],
      ['a public suffix for a domain', () => steady('Domain=com; HttpOnly'), 'cookie-kept', /its Domain, com/],
      [
        '__Host- without Secure',
        () => app({ name: '__Host-sid', cookie: { secure: false } }),
        'cookie-kept',
        /__Host-, which needs Secure/,
      ],
      ['__Secure- without Secure', () => app({ name: '__Secure-sid', cookie: { secure: false } }), 'cookie-kept', /__Secure-, which needs/],
      [
        'a cookie that is too large',
        () => fixed(`sid=${'x'.repeat(5000)}; HttpOnly`),
        'cookie-kept',
        /5003 bytes, and browsers keep at most 4096/,
      ],
      ['a cookie that has expired', () => app({ cookie: { maxAge: -1000 } }), 'cookie-kept', /in the past/],
      [
        'a path that the page does not have',
        () => steady('Path=/app; HttpOnly'),
        'cookie-returned',
        /does not send the cookie to \/: its Path is \/app/,
      ],
      ['a new ID for each visit', () => app({ store: loses }), 'same-session', /of \d+ requests with the cookie got a new session/],
      [
        'a secret of each process',
        () => inTurn(app({ secret: 'one' }), app({ secret: 'two' }), app({ secret: 'three' })),
        'same-session',
        /new session/,
      ],
      ['a store of each process', () => inTurn(app(), app(), app()), 'same-session', /new session/],
      [
        'one session for all clients',
        () => fixed('sid=shared; HttpOnly; SameSite=Lax'),
        'own-session',
        /Two clients got the same session cookie/,
      ],
      ['a response that caches keep', () => steady('HttpOnly', { 'Cache-Control': 'public, max-age=60' }), 'not-cached', /max-age=60/],
      [
        'a response with an expiry',
        () => steady('HttpOnly', { 'Cache-Control': '', Expires: new Date(Date.now() + DAYS).toUTCString() }),
        'not-cached',
        /shared cache may keep/,
      ],
      ['a cookie that scripts can read', () => app({ cookie: { httpOnly: false } }), 'http-only', /not HttpOnly/],
      ['a status of 500', () => (_req, res) => res.writeHead(500).end(), 'responds', /status 500/],
      ['a loop of redirects', () => (_req, res) => res.writeHead(302, { Location: '/' }).end(), 'responds', /more than 20 redirects/],
      ['a connection that is closed', () => req => req.socket.destroy(), 'responds', /did not load/],
    ]
    for (const [title, listener, check, message] of ROWS) {
      it(`${title} fails ${check}`, async () => {
        const report = await reportOn(await serve(listener()))
        expect(failed(report)).to.include(check)
        expect(finding(report, check).message).to.match(message)
        expect(report.ok).to.equal(false)
        expect(report.code).to.equal(1)
      })
    }

    it('a login that keeps the session ID fails login-new-id', async () => {
      const report = await reportOn(await serve(loginApp('keeps')), '--login', '/login')
      expect(failed(report)).to.deep.equal(['login-new-id'])
      expect(report.code).to.equal(1)
    })

    it('a cookie without Secure over https fails secure alone', async () => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
      const report = await reportOn(await serve(secure(app({ cookie: { secure: false } }))))
      expect(failed(report)).to.deep.equal(['secure'])
      expect(finding(report, 'secure').fix).to.contain('trust proxy')
      expect(finding(report, 'proxy')).to.include({ status: 'skip', message: 'The cookie is not Secure: see the check "secure".' })
    })

    it('a cookie that a browser drops over https for another reason does not fail proxy', async () => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
      const report = await reportOn(await serve(secure(steady('Secure; HttpOnly; SameSite=Lax; Domain=example.com'))))
      expect(failed(report)).to.deep.equal(['cookie-kept'])
      expect(finding(report, 'proxy')).to.include({ status: 'skip', message: 'A browser drops the cookie: see the check "cookie-kept".' })
    })

    it('a Path that is too long gets advice on the Path', async () => {
      const report = await reportOn(await serve(fixed(`sid=a; HttpOnly; Path=/${'a'.repeat(1024)}`)))
      expect(finding(report, 'cookie-kept').message).to.contain('its Path is longer than 1024 bytes')
      expect(finding(report, 'cookie-kept').fix).to.equal('Set cookie.path to a shorter path, such as "/".')
    })

    it('an https server with an http URL fails responds, with the right URL', async () => {
      const url = await serve(secure(app({})))
      const report = await reportOn(url.replace('https', 'http'))
      expect(finding(report, 'responds').fix).to.equal(`If the server speaks HTTPS, ask ${url}/`)
    })

    it('no server at all fails responds, and nothing else is checked', async () => {
      // No server listens on port 1, tcpmux
      const report = await reportOn('http://127.0.0.1:1')
      expect(report.checks.map(({ check }) => check)).to.deep.equal(['responds'])
      expect(finding(report, 'responds').message).to.contain('ECONNREFUSED')
    })

    it('a server that does not respond fails responds', async () => {
      const report = await reportOn(await serve(() => {}), '--timeout', '100')
      expect(finding(report, 'responds').message).to.contain('no response in 100 ms')
    })

    it('a TLS certificate that is not valid fails responds', async () => {
      const report = await reportOn(await serve(secure(app())))
      expect(finding(report, 'responds').message).to.contain('NODE_EXTRA_CA_CERTS')
    })
  })

  describe('a warning', () => {
    const ROWS: readonly (readonly [title: string, listener: () => RequestListener, check: CheckName])[] = [
      ['no Cache-Control', () => steady('HttpOnly; SameSite=Lax', { 'Cache-Control': '' }), 'not-cached'],
      ['no SameSite', () => steady('HttpOnly'), 'same-site'],
      ['a lifetime in seconds', () => app({ cookie: { maxAge: 3600 } }), 'lifetime'],
      ['a lifetime of ten years', () => steady(`HttpOnly; Max-Age=${10 * 365 * 86_400}`), 'lifetime'],
      ['a clock that is wrong', () => steady('HttpOnly', { Date: new Date(0).toUTCString() }), 'lifetime'],
      ['no trust proxy', () => app(), 'proxy'],
    ]
    for (const [title, listener, check] of ROWS) {
      it(`for ${title} leaves the exit code 0`, async () => {
        const report = await reportOn(await serve(listener()))
        expect(warned(report)).to.include(check)
        expect(failed(report)).to.deep.equal([])
        expect(report.code).to.equal(0)
      })
    }
  })

  describe('the command', () => {
    it('prints a line for each check, and a fix for each fault', async () => {
      const { out, code } = await run('doctor', await serve(app({ cookie: { httpOnly: false } })))
      expect(code).to.equal(1)
      expect(out).to.match(/^ok {4}cookie-kept {6}A browser keeps the cookie\.$/m)
      expect(out).to.match(/^FAIL {2}http-only/m)
      expect(out).to.contain('→ Set cookie.httpOnly to true')
    })

    it('prints no value of a cookie', async () => {
      const url = await serve(fixed('sid=secretvalue; HttpOnly'))
      expect((await run('doctor', url)).out).to.not.contain('secretvalue')
      expect((await run('doctor', url, '--json')).out).to.not.contain('secretvalue')
    })

    it('sends headers to the site, and not to other sites', async () => {
      const heard: (string | undefined)[] = []
      const other = await serve((req, res) => (heard.push(req.headers.authorization), res.end()), '127.0.0.1')
      const site = await serve((req, res) => (heard.push(req.headers.authorization), res.writeHead(302, { Location: other }).end()))
      await run('doctor', site, '--header', 'Authorization: Bearer x')
      expect(heard.slice(0, 2)).to.deep.equal(['Bearer x', undefined])
    })

    it('accepts the name of the session cookie', async () => {
      const url = await serve(steady('HttpOnly; SameSite=Lax', {}, 'visitor'))
      expect((await reportOn(url, '--name', 'visitor')).cookie).to.equal('visitor')
      expect((await reportOn(url, '--name', 'other')).code).to.equal(1)
    })

    for (const [argv, message] of [
      [['heal', 'localhost'], /Unknown command: heal/],
      [['doctor'], /The URL is missing/],
      [['doctor', 'ftp://localhost'], /Not a/],
      [['doctor', 'localhost', '--header', 'Authorization'], /Not a header/],
      [['doctor', 'localhost', '--data', 'a=b'], /--data needs --login/],
      [['doctor', 'localhost', '--timeout', 'soon'], /milliseconds/],
      [['doctor', 'localhost', '--wrong'], /--wrong/],
    ] as const) {
      it(`refuses ${argv.join(' ')}`, async () => {
        const { code, err } = await run(...argv)
        expect(code).to.equal(1)
        expect(err).to.match(message).and.contain('Usage:')
      })
    }

    it('is a program with the result as its exit code', async () => {
      const program = [process.execPath, ['--import', 'tsx', join(__dirname, '../../lib/cli.ts'), 'doctor', await serve(app())]] as const
      const { stdout } = await promisify(execFile)(...program)
      expect(stdout).to.contain('No check failed.')
    })

    it('prints its usage with --help', async () => {
      expect(await run('--help')).to.deep.include({ code: 0, err: '' })
    })
  })
})
