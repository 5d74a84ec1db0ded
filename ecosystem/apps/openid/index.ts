import { equal, match, notEqual } from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Integration, Room, Scenario, Store } from '../../integration'
import { scenariosFrom } from '../scenarios-from'
import { openidApp } from './app'
import { Browser } from './browser'
import { Provider } from './provider'

/** A record of express-openid-connect. */
interface Stored {
  readonly data: { readonly id_token?: string; readonly basket?: string }
}

interface Site {
  readonly ada: Browser
  readonly provider: Provider
  /** The record under an ID, which is the value of the cookie. */
  stored(id: string): Promise<Stored | undefined>
}

interface Played {
  readonly session?: object
  readonly play: (site: Site) => Promise<void>
}

const idOf = ({ cookies }: Browser): string => cookies.get('appSession') as string

const played: Readonly<Record<string, Played>> = {
  'a login is stored and kept': {
    play: async ({ ada, stored }) => {
      await ada.login()
      match(String((await stored(idOf(ada)))?.data.id_token), /^ey/)
      for (let visit = 0; visit < 2; visit++) equal(await ada.get('who'), 'ada')
      equal(await new Browser(ada.site).get('who'), 'guest')
    },
  },
  'a login has a new session ID, keeps the cart, and removes the old session': {
    play: async ({ ada, stored }) => {
      await ada.get('put/tea')
      const before = idOf(ada)
      equal((await stored(before))?.data.basket, 'tea')
      await ada.login()
      notEqual(idOf(ada), before)
      equal(await ada.get('basket'), 'tea')
      equal(await stored(before), undefined)
    },
  },
  'a logout removes the session from the store': {
    play: async ({ ada, stored }) => {
      await ada.login()
      const { cookie } = ada
      const id = idOf(ada)
      match(String((await stored(id))?.data.id_token), /^ey/)
      await ada.look('logout')
      equal(await stored(id), undefined)
      ada.cookie = cookie
      equal(await ada.get('who'), 'guest')
    },
  },
  'the logout of the provider uses the store, until the next login': {
    play: async ({ ada, provider }) => {
      await ada.login()
      const logout_token = provider.logoutToken()
      equal((await ada.post('backchannel-logout', { logout_token })).status, 204)
      equal(await ada.get('who'), 'guest')
      await ada.login()
      equal(await ada.get('who'), 'ada')
    },
  },
  'an expired session is removed from the store': {
    // In whole seconds, of which the first may be nearly over
    session: { rolling: false, absoluteDuration: 3 },
    play: async ({ ada, stored }) => {
      await ada.login()
      const id = idOf(ada)
      match(String((await stored(id))?.data.id_token), /^ey/)
      await pause(3200)
      equal(await stored(id), undefined)
      equal(await ada.get('who'), 'guest')
    },
  },
}

const stores: Readonly<Record<string, (room: Room) => Store>> = {
  MemoryStore: ({ session }) => new session.MemoryStore(),
  'memorystore 1.6.7': ({ load, session }) => {
    const Made = load<(session: unknown) => new (options: object) => Store>('memorystore')(session)
    return new Made({ checkPeriod: 86_400_000 })
  },
}

const scenario =
  (name: string, make: (room: Room) => Store, { session, play }: Played): Scenario =>
  async ({ here }) => {
    const store = make(here)
    const provider = await new Provider().open()
    const ada = new Browser(await openidApp(here, provider, { name, store, session }))
    const found = promisify((id: string, done: Parameters<Store['get']>[1]) => store.get(id, done))
    await play({ ada, provider, stored: async id => ((await found(id)) ?? undefined) as unknown as Stored })
  }

/** Logins by OpenID, which use a store for sessions without the session middleware. */
export const openid: readonly Integration[] = ['2.20.2', '3.4.0'].flatMap(version => {
  const name = `express-openid-connect-${version.split('.')[0]}`
  return Object.entries(stores).map(([store, make]) => ({
    title: `express-openid-connect ${version} with ${store}`,
    packages: { [name]: `npm:express-openid-connect@${version}`, express: '5.3.0', memorystore: '1.6.7' },
    scenarios: scenariosFrom(played, one => scenario(name, make, one)),
  }))
})
