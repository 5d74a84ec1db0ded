import { equal } from 'node:assert/strict'
import type { Express, Request, RequestHandler } from 'express'
import type { Integration, Room } from '../../integration'
import type { Visitor } from '../../visitor'
import { EXPRESS } from '../session-app'
import { beforeAndAfter, count, data, isKept, visitorOf } from './stage'

interface Parsers {
  json(): RequestHandler
  urlencoded(options: { extended: false }): RequestHandler
}

interface Multer {
  (): { single(field: string): RequestHandler }
}

type Uploaded = Request & { file: { originalname: string; buffer: Buffer } }

/** Longer than one chunk of a socket. */
const LONG = 'x'.repeat(90_000)

/** Posts a body, and expects it in the next request. */
async function lands(site: Express, body: RequestInit['body'], headers: Record<string, string> = {}): Promise<void> {
  site.post('/name', (req, res) => {
    data(req).name = String((req.body as { name: string }).name)
    res.send(String(count(req)))
  })
  site.get('/name', (req, res) => void res.send(data(req).name))
  const ada = await visitorOf(site)
  equal(await posted(ada, 'name', { body, headers }), '1')
  equal(await ada.get('name'), LONG)
  await isKept(ada, 1)
}

async function posted(visitor: Visitor, path: string, init: RequestInit): Promise<string> {
  return (await visitor.ask(path, { method: 'POST', ...init })).text()
}

const parsers = (load: (room: Room) => Parsers) =>
  beforeAndAfter({
    'values of a form are stored in the session': async ({ room, app }) =>
      lands(app(load(room).urlencoded({ extended: false })), new URLSearchParams({ name: LONG })),
    'values of a JSON body are stored in the session': async ({ room, app }) =>
      lands(app(load(room).json()), JSON.stringify({ name: LONG }), { 'content-type': 'application/json' }),
  })

const multer = beforeAndAfter({
  'the name of an upload is stored in the session': async ({ room, app }) => {
    const site = app(room.load<Multer>('multer')().single('picture'))
    site.post('/picture', (req, res) => {
      const { originalname, buffer } = (req as Uploaded).file
      data(req).picture = `${originalname} ${buffer.length} ${req.body.title}`
      res.send(String(count(req)))
    })
    site.get('/picture', (req, res) => void res.send(data(req).picture))
    const form = new FormData()
    form.append('title', 'Ada')
    form.append('picture', new Blob([LONG]), 'ada.png')
    const ada = await visitorOf(site)
    equal(await posted(ada, 'picture', { body: form }), '1')
    equal(await ada.get('picture'), `ada.png ${LONG.length} Ada`)
    await isKept(ada, 1)
  },
})

const methodOverride = beforeAndAfter({
  'a POST that is overridden to DELETE ends the session': async ({ room, app }) => {
    const site = app(room.load<(header: string) => RequestHandler>('method-override')('X-HTTP-Method-Override'))
    site.delete('/session', (req, res, next) => void req.session.destroy(err => (err ? next(err) : res.send('ended'))))
    const ada = await visitorOf(site)
    await isKept(ada)
    equal(await posted(ada, 'session', { headers: { 'x-http-method-override': 'DELETE' } }), 'ended')
    await isKept(ada)
  },
})

const bodyParsers: [title: string, name: string, spec: string][] = [
  ['body-parser 1.20.9', 'body-parser-1', 'npm:body-parser@1.20.9'],
  ['body-parser 2.4.0', 'body-parser-2', 'npm:body-parser@2.4.0'],
  ['express.json and express.urlencoded 5.3.0', 'express-5', EXPRESS['express-5']],
]

/** Body parsers, before the session and while it waits for its store. */
export const bodies: readonly Integration[] = [
  ...bodyParsers.map(([title, name, spec]) => ({
    title,
    packages: { ...EXPRESS, [name]: spec },
    scenarios: parsers(({ load }) => load<Parsers>(name)),
  })),
  { title: 'multer 2.5.0', packages: { ...EXPRESS, multer: '2.5.0' }, scenarios: multer },
  { title: 'method-override 3.0.0', packages: { ...EXPRESS, 'method-override': '3.0.0' }, scenarios: methodOverride },
]
