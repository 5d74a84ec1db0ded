import { equal } from 'node:assert/strict'
import type { RequestHandler } from 'express'
import type { Integration, Scenario } from '../../integration'
import type { Visitor } from '../../visitor'
import { scenariosFrom } from '../scenarios-from'
import { visitorOf } from '../session-app'
import { packagesOf, passportApp, RIGHT, sinceSixth, untilSixth, WRONG, type Version } from './app'

type Ensure = Record<'ensureLoggedIn' | 'ensureLoggedOut', (redirectTo?: string) => RequestHandler>

const BACK = { successReturnToOrRedirect: '/who', keepSessionInfo: true }

const played: Readonly<Record<string, (ada: Visitor) => Promise<void>>> = {
  'the return URL is kept during the login, with its query': async ada => {
    equal((await ada.look('letters?from=charles')).location, '/login')
    equal((await ada.post('login', RIGHT)).location, '/letters?from=charles')
    equal(await ada.get('letters?from=charles'), 'from charles')
  },
  'it is kept during wrong passwords, and used once': async ada => {
    await ada.look('letters?from=charles')
    equal((await ada.post('login', WRONG)).status, 401)
    equal((await ada.post('login', RIGHT)).location, '/letters?from=charles')
    equal((await ada.post('login', RIGHT)).location, '/who')
  },
  'the last page that was requested counts': async ada => {
    await ada.look('letters?from=charles')
    await ada.look('letters?from=mary')
    equal((await ada.post('login', RIGHT)).location, '/letters?from=mary')
  },
  'after the logout a login is required again': async ada => {
    await ada.post('login', RIGHT)
    equal((await ada.look('welcome')).location, '/who')
    await ada.post('logout')
    equal((await ada.look('letters?from=charles')).location, '/login')
    equal(await ada.get('welcome'), 'stranger')
  },
}

const scenario =
  (version: Version, play: (ada: Visitor) => Promise<void>): Scenario =>
  async ({ here }) => {
    const { ensureLoggedIn, ensureLoggedOut } = here.load<Ensure>('connect-ensure-login')
    const app = passportApp(here, version, { login: BACK })
    app.get('/letters', ensureLoggedIn(), (req, res) => void res.send(`from ${String(req.query.from)}`))
    app.get('/welcome', ensureLoggedOut('/who'), (_, res) => void res.send('stranger'))
    await play(await visitorOf(app))
  }

const versions: readonly Version[] = [
  { version: '0.5.3', logout: untilSixth },
  { version: '0.7.0', logout: sinceSixth },
]

/** Pages that need a login, and the redirect back to them. */
export const ensureLogin: readonly Integration[] = versions.map(version => ({
  title: `connect-ensure-login 0.1.1 with passport ${version.version}`,
  packages: { ...packagesOf(version), 'connect-ensure-login': '0.1.1' },
  scenarios: scenariosFrom(played, play => scenario(version, play)),
}))
