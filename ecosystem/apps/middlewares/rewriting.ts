import { equal, match, ok } from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { Request, RequestHandler, Response as Res } from 'express'
import type { Integration } from '../../integration'
import { sessionCookie } from '../../visitor'
import { EXPRESS } from '../session-app'
import { beforeAndAfter, count, isKept, visitorOf, type Stage } from './stage'

type Body = Record<string, unknown>

interface Mung {
  json(munge: (body: Body, req: Request) => Body): RequestHandler
  jsonAsync(munge: (body: Body, req: Request) => Promise<Body>): RequestHandler
  headers(munge: (req: Request, res: Res) => void): RequestHandler
  headersAsync(munge: (req: Request, res: Res) => Promise<void>): RequestHandler
  write(munge: (chunk: string | Buffer) => string): RequestHandler
}

interface Intercepting {
  isInterceptable(): boolean
  intercept(body: string, send: (body: string) => void): void
}

type Interceptor = (intercept: (req: Request, res: Res) => Intercepting) => RequestHandler

const PAGE = '<!DOCTYPE html><html><body><p>A session is kept.</p></body></html>'

/** A page that counts requests, with the expected body of the scenario. */
async function page({ app }: Stage, middleware: RequestHandler, expected: (text: string, id: string) => unknown): Promise<void> {
  const site = app(middleware).get('/page', (req, res) => {
    count(req)
    res.set('x-session', req.sessionID).type('html').send(PAGE)
  })
  const ada = await visitorOf(site)
  const res = await ada.ask('page', { headers: { accept: 'text/html' } })
  expected(await res.text(), res.headers.get('x-session') as string)
  ok(sessionCookie(res))
  await isKept(ada, 1)
}

const livereload = beforeAndAfter({
  'a page gets its script': async stage =>
    page(stage, stage.room.load<() => RequestHandler>('connect-livereload')(), text =>
      match(text, /^<!DOCTYPE html>.* is kept\.<\/p><script .*livereload\.js.*<\/script><\/body><\/html>$/),
    ),
})

const interceptor = beforeAndAfter({
  'a page is rewritten': async stage => {
    const intercept = stage.room.load<Interceptor>('express-interceptor')
    const middleware = intercept((req, res) => ({
      isInterceptable: () => /html/.test(String(res.get('content-type'))),
      intercept: (body, send) => send(body.replace('</p>', ` ${req.sessionID}</p>`)),
    }))
    await page(stage, middleware, (text, id) => equal(text, PAGE.replace('</p>', ` ${id}</p>`)))
  },
})

/** The added data is the session's at the time of the response. */
async function munged({ room, app }: Stage, middleware: (mung: Mung) => RequestHandler): Promise<void> {
  const site = app(middleware(room.load<Mung>('express-mung'))).get('/json', (req, res) => void res.json({ count: count(req) }))
  const ada = await visitorOf(site)
  const res = await ada.ask('json')
  const { count: counted, twice = res.headers.get('x-twice') } = (await res.json()) as Body
  equal(counted, 1)
  equal(Number(twice), 2, `what was added is ${String(twice)}`)
  ok(sessionCookie(res))
  await isKept(ada, 1)
}

const twice = (req: Request): number => 2 * Number((req.session as unknown as Body).count)

const mung = beforeAndAfter({
  'JSON is changed': async stage => munged(stage, ({ json }) => json((body, req) => ({ ...body, twice: twice(req) }))),
  'JSON is changed later': async stage =>
    munged(stage, ({ jsonAsync }) =>
      jsonAsync(async (body, req) => {
        await turn()
        return { ...body, twice: twice(req) }
      }),
    ),
  'headers are changed': async stage => munged(stage, ({ headers }) => headers((req, res) => void res.set('x-twice', String(twice(req))))),
  'headers are changed later': async stage =>
    munged(stage, ({ headersAsync }) =>
      headersAsync(async (req, res) => {
        await turn()
        res.set('x-twice', String(twice(req)))
      }),
    ),
  'chunks are changed': async ({ room, app }) => {
    const site = app(room.load<Mung>('express-mung').write(chunk => String(chunk).toUpperCase())).get('/chunks', (req, res) => {
      count(req)
      res.write('a session ')
      res.write('is kept')
      res.end()
    })
    const ada = await visitorOf(site)
    equal(await ada.get('chunks'), 'A SESSION IS KEPT')
    await isKept(ada, 1)
  },
})

/** Packages that patch the response. */
export const rewriting: readonly Integration[] = [
  { title: 'connect-livereload 0.6.1', packages: { ...EXPRESS, 'connect-livereload': '0.6.1' }, scenarios: livereload },
  { title: 'express-interceptor 1.2.0', packages: { ...EXPRESS, 'express-interceptor': '1.2.0' }, scenarios: interceptor },
  { title: 'express-mung 0.5.1', packages: { ...EXPRESS, 'express-mung': '0.5.1' }, scenarios: mung },
]
