import { deepEqual, equal, notEqual } from 'node:assert/strict'
import type { Integration, Scenario } from '../../integration'
import { Visitor } from '../../visitor'
import { scenariosFrom } from '../scenarios-from'
import { visitorOf } from '../session-app'
import { newUsers, packagesOf, passportApp, RIGHT, sinceSixth, untilSixth, WRONG, type Users, type Version } from './app'

interface Played {
  readonly login?: object
  readonly play: (ada: Visitor, users: Users) => Promise<void>
}

const always: Readonly<Record<string, Played>> = {
  'a login is kept, and the cookie has only an ID': {
    play: async ada => {
      equal(await ada.get('who'), 'guest')
      equal((await ada.post('login', RIGHT)).text, 'welcome')
      equal(await ada.get('who'), 'Ada')
      equal(await ada.get('who'), 'Ada')
      equal(await ada.get('kept'), '{"user":"ada"}')
    },
  },
  'the user is looked up for each request': {
    play: async (ada, users) => {
      await ada.post('login', RIGHT)
      users.set('ada', { id: 'ada', name: 'Countess of Lovelace' })
      equal(await ada.get('who'), 'Countess of Lovelace')
      users.delete('ada')
      equal(await ada.get('who'), 'guest')
      equal(await ada.get('kept'), '{}')
    },
  },
  'a wrong password gets 401 and changes nothing': {
    play: async ada => {
      await ada.get('put/tea')
      const { cookie } = ada
      equal((await ada.post('login', WRONG)).status, 401)
      equal(ada.cookie, cookie)
      equal(await ada.get('who'), 'guest')
      equal(await ada.get('basket'), 'tea')
    },
  },
  'failureMessage is there after failureRedirect': {
    login: { failureRedirect: '/messages', failureMessage: true },
    play: async ada => {
      equal((await ada.post('login', WRONG)).location, '/messages')
      await ada.post('login', { ...WRONG, username: 'grace' })
      deepEqual(JSON.parse(await ada.get('messages')), ['not ada', 'not grace'])
    },
  },
  'successReturnToOrRedirect redirects back, once': {
    login: { successReturnToOrRedirect: '/who', keepSessionInfo: true },
    play: async ada => {
      await ada.get('wish')
      equal((await ada.post('login', RIGHT)).location, '/wishes?of=ada')
      equal((await ada.post('login', RIGHT)).location, '/who')
    },
  },
}

const keepingTheId: Readonly<Record<string, Played>> = {
  'login keeps the session ID and the data': {
    play: async ada => {
      await ada.get('put/tea')
      const { cookie } = ada
      await ada.post('login', RIGHT)
      equal(ada.cookie, cookie)
      equal(await ada.get('who'), 'Ada')
      equal(await ada.get('basket'), 'tea')
    },
  },
  'logout removes the user and nothing else': {
    play: async ada => {
      await ada.get('put/tea')
      await ada.post('login', RIGHT)
      equal(await ada.get('who'), 'Ada')
      const { cookie } = ada
      await ada.post('logout')
      equal(ada.cookie, cookie)
      equal(await ada.get('who'), 'guest')
      equal(await ada.get('basket'), 'tea')
    },
  },
}

/** @returns a client with the cookie from before the login */
async function loginWithBasket(ada: Visitor): Promise<Visitor> {
  await ada.get('put/tea')
  const before = at(ada)
  await ada.post('login', RIGHT)
  notEqual(ada.cookie, before.cookie)
  equal(await ada.get('who'), 'Ada')
  return before
}

const withNewId: Readonly<Record<string, Played>> = {
  'login has a new session ID and no old data': {
    play: async ada => {
      const before = await loginWithBasket(ada)
      equal(await ada.get('basket'), 'empty')
      equal(await before.get('who'), 'guest')
      equal(await before.get('basket'), 'empty')
    },
  },
  'keepSessionInfo has a new session ID and keeps the data': {
    login: { keepSessionInfo: true },
    play: async ada => {
      const before = await loginWithBasket(ada)
      equal(await ada.get('basket'), 'tea')
      equal(await before.get('basket'), 'empty')
    },
  },
  'without keepSessionInfo the return URL is forgotten': {
    login: { successReturnToOrRedirect: '/who' },
    play: async ada => {
      await ada.get('wish')
      equal((await ada.post('login', RIGHT)).location, '/who')
    },
  },
  'the old cookie is invalid after a logout': {
    play: async ada => {
      await ada.post('login', RIGHT)
      await ada.get('put/tea')
      const before = at(ada)
      equal(await before.get('who'), 'Ada')
      equal((await ada.post('logout')).text, 'bye')
      equal(await ada.get('who'), 'guest')
      equal(await before.get('who'), 'guest')
      equal(await before.get('basket'), 'empty')
    },
  },
}

const rows: [version: Version, played: typeof always][] = [
  [
    { version: '0.4.1', logout: untilSixth },
    { ...always, ...keepingTheId },
  ],
  [
    { version: '0.5.3', logout: untilSixth },
    { ...always, ...keepingTheId },
  ],
  [
    { version: '0.6.0', logout: sinceSixth },
    { ...always, ...withNewId },
  ],
  [
    { version: '0.7.0', logout: sinceSixth },
    { ...always, ...withNewId },
  ],
]

const scenario =
  (version: Version, { login, play }: Played): Scenario =>
  async ({ here }) => {
    const users = newUsers()
    await play(await visitorOf(passportApp(here, version, { users, login })), users)
  }

export const versions: readonly Integration[] = rows.map(([version, played]) => ({
  title: `passport ${version.version}`,
  packages: packagesOf(version),
  scenarios: scenariosFrom(played, one => scenario(version, one)),
}))

/** Another client with her current cookie. */
function at(ada: Visitor): Visitor {
  return Object.assign(new Visitor(ada.site), { cookie: ada.cookie })
}
