import { equal, match, notEqual, ok } from 'node:assert/strict'
import type { Server } from 'node:http'
import { join } from 'node:path/posix'
import type session from '../../../lib'
import { listening } from '../../../test/support/listening'
import type { Room, Scenario } from '../../integration'
import { Visitor, sessionCookie } from '../../visitor'
import { LATER, lateSessions, lateStore } from '../late-sessions'
import { scenariosFrom } from '../scenarios-from'
import type { Failed } from './app'
import { OUTSIDE, PAGES } from './page'
import type { PublishedServer } from './server'

interface Visited {
  /** A new client of a new site. */
  visitor(cookie?: session.CookieOptions, late?: number): Promise<Visitor>
  readonly secure: boolean
}

const SCENARIOS: Record<string, (visited: Visited) => Promise<void>> = {
  async 'a session is kept'({ visitor }) {
    const ada = await visitor()
    equal(await ada.get('count'), '1')
    equal(await ada.get('count'), '2')
    ada.cookie = ''
    equal(await ada.get('count'), '1')
  },

  async 'a login has a new session ID'({ visitor }) {
    const ada = await visitor()
    await ada.get('count')
    const before = ada.cookie
    await (await ada.ask('login')).text()
    notEqual(ada.cookie, before)
    equal(await ada.get('who'), 'ada')
    ada.cookie = before
    equal(await ada.get('who'), 'guest')
  },

  async 'the page after the login knows the user'({ visitor }) {
    const ada = await visitor({}, LATER)
    equal(await ada.follow('login'), 'ada', 'the redirect came before the save')
  },

  async 'the cookie is invalid after a logout'({ visitor }) {
    const ada = await visitor()
    await (await ada.ask('login')).text()
    const { cookie } = ada
    equal(await ada.get('who'), 'ada')
    equal(await ada.follow('logout'), 'guest')
    ada.cookie = cookie
    equal(await ada.get('who'), 'guest')
  },

  async 'a session with a cookie path is used only below that path'({ visitor }) {
    const ada = await visitor({ path: '/app' })
    const res = await ada.ask('app/count')
    match(sessionCookie(res) as string, /; Path=\/app;/)
    equal(await res.text(), '1')
    equal(await ada.get('app/count'), '2')
    equal(await ada.get('outside'), 'no session')
  },

  async 'an error reaches the error handler, and the session is saved'({ visitor }) {
    const ada = await visitor()
    const { status, text } = await ada.try('broken')
    equal(`${status} ${text}`, '500 the handler is broken')
    equal(await ada.get('who'), 'grace')
  },

  async 'a secure cookie is sent over TLS only'({ visitor, secure }) {
    const ada = await visitor({ secure: true })
    const line = sessionCookie(await ada.ask('count'))
    equal(line !== undefined, secure)
    ok(!line || line.includes('; Secure'))
    const grace = await visitor({ secure: 'auto' })
    equal(sessionCookie(await grace.ask('count'))?.includes('; Secure'), secure)
  },
}

/** The same scenarios for all. */
export function scenariosOf(server: PublishedServer): Record<string, Scenario> {
  const { protocol = 'http', fetch } = server.client ?? {}
  const visited = (room: Room): Visited => ({
    secure: protocol === 'https',
    visitor: async (...given) => new Visitor(await listening(await serving(server, room, ...given), protocol), fetch),
  })
  return scenariosFrom(
    SCENARIOS,
    scenario =>
      async ({ here }) =>
        scenario(visited(here)),
  )
}

async function serving({ serve }: PublishedServer, room: Room, cookie: session.CookieOptions = {}, late?: number): Promise<Server> {
  const { path = '/' } = cookie
  const sessions = lateSessions(room, { store: lateStore(room.session, late), cookie })
  const pages = Object.fromEntries(Object.entries(PAGES).map(([name, page]) => [join(path, name), page]))
  return serve(room, { base: path, sessions, pages: { ...pages, '/outside': OUTSIDE }, failed })
}

const failed: Failed = (err, _req, res, _next) => {
  res.statusCode = 500
  res.end(err.message)
}
