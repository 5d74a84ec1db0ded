import { deepEqual, notEqual } from 'node:assert/strict'
import type { RequestHandler } from 'express'
import type { Integration, Room, Scenario } from '../../integration'
import type { Visitor } from '../../visitor'
import { visitorOf } from '../session-app'
import { packagesOf, passportApp, RIGHT, sinceSixth, WRONG } from './app'

type Flash = (kind?: string, message?: string) => unknown
const flashOf = (req: object): Flash => (req as { flash: Flash }).flash.bind(req)

const passport = { version: '0.7.0', logout: sinceSixth }

const playing =
  (login: object, play: (ada: Visitor) => Promise<void>): Scenario =>
  async ({ here }) =>
    play(await visitorOf(flashingApp(here, login)))

function flashingApp(room: Room, login: object) {
  const flash = room.load<() => RequestHandler>('connect-flash')()
  const app = passportApp(room, passport, { login, between: flash })
  app.post('/tell', (req, res) => {
    const { kind, message } = req.body as { kind: string; message: string }
    flashOf(req)(kind, message)
    res.redirect('/told')
  })
  app.get('/told', (req, res) => void res.json(flashOf(req)()))
  app.get('/told/:kind', (req, res) => void res.json(flashOf(req)(req.params.kind)))
  return app
}

/** The messages on the page after a redirect. */
async function told(ada: Visitor, path: string | null = '/told'): Promise<unknown> {
  return JSON.parse(await ada.get(String(path).slice(1))) as unknown
}

const scenarios: Readonly<Record<string, Scenario>> = {
  'a message is shown after a redirect, once': playing({}, async ada => {
    const { location } = await ada.post('tell', { kind: 'info', message: 'sent' })
    deepEqual(await told(ada, location), { info: ['sent'] })
    deepEqual(await told(ada), {})
  }),
  'messages of each kind are kept in order': playing({}, async ada => {
    for (const message of ['one', 'two']) await ada.post('tell', { kind: 'info', message })
    await ada.post('tell', { kind: 'error', message: 'three' })
    deepEqual(await told(ada, '/told/info'), ['one', 'two'])
    deepEqual(await told(ada, '/told/info'), [])
    deepEqual(await told(ada), { error: ['three'] })
  }),
  'passport’s failureFlash is shown after its redirect': playing({ failureRedirect: '/told/error', failureFlash: true }, async ada => {
    const { location } = await ada.post('login', WRONG)
    deepEqual(await told(ada, location), ['not ada'])
    deepEqual(await told(ada, location), [])
  }),
  'successFlash with keepSessionInfo is kept under the new session ID': playing(
    { successRedirect: '/told/success', successFlash: 'welcome', keepSessionInfo: true },
    async ada => {
      await ada.get('put/tea')
      const { cookie } = ada
      const { location } = await ada.post('login', RIGHT)
      notEqual(ada.cookie, cookie)
      deepEqual(await told(ada, location), ['welcome'])
      deepEqual(await told(ada, location), [])
    },
  ),
}

/** Messages that wait in the session for the next page. */
export const flash: readonly Integration[] = [
  { title: 'connect-flash 0.1.1 with passport 0.7.0', packages: { ...packagesOf(passport), 'connect-flash': '0.1.1' }, scenarios },
]
