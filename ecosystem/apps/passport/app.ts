import type { Express, Request, RequestHandler } from 'express'
import { promisify } from 'node:util'
import type { Room } from '../../integration'
import { EXPRESS, sessionApp } from '../session-app'

interface User {
  readonly id: string
  readonly name: string
}
/** By ID. */
export type Users = Map<string, User>

type Done<T> = (err: Error | null, found: T | false, info?: { message: string }) => void
type Verify = (id: string, password: string, done: Done<User>) => void

interface Passport {
  use(strategy: object): void
  serializeUser(serialize: (user: User, done: Done<string>) => void): void
  deserializeUser(deserialize: (id: string, done: Done<User>) => void): void
  initialize(): RequestHandler
  session(): RequestHandler
  authenticate(strategy: string, options: object): RequestHandler
}

type Logout = (options?: object, done?: (err?: Error) => void) => void

/** A version of passport, and how its `req.logout` is used. */
export interface Version {
  readonly version: string
  readonly logout: (req: { logout: Logout }) => Promise<void>
}

export const untilSixth: Version['logout'] = async req => req.logout()
export const sinceSixth: Version['logout'] = async req => promisify((done: (err?: Error) => void) => req.logout({}, done))()

/** The packages that `passportApp` needs. */
export function packagesOf({ version }: Version): Record<string, string> {
  return { ...EXPRESS, [`passport-${version}`]: `npm:passport@${version}`, 'passport-local': '1.0.0' }
}

/** The session data of apps with passport. */
interface Data {
  basket?: string
  messages?: string[]
  returnTo?: string
  passport?: unknown
}
const dataOf = (req: Request): Data => req.session as unknown as Data

interface Settings {
  readonly users?: Users
  /** The options of `authenticate`. */
  readonly login?: object | undefined
  /** A middleware between the sessions and passport. */
  readonly between?: RequestHandler
}

/** An app in which Ada can log in, with passport-local, and add to her basket. */
export function passportApp(room: Room, { version, logout }: Version, { users = newUsers(), login = {}, between }: Settings): Express {
  const passport = passportFor(users, room, version)
  const app = sessionApp(room).use(between ?? ((_req, _res, next) => next()), passport.initialize(), passport.session())
  app.post('/login', passport.authenticate('local', login), (_, res) => void res.send('welcome'))
  app.post('/logout', (req, res, next) => {
    logout(req as unknown as { logout: Logout }).then(() => res.send('bye'), next)
  })
  app.get('/who', (req, res) => void res.send((req as { user?: User }).user?.name ?? 'guest'))
  app.get('/put/:what', (req, res) => void res.send((dataOf(req).basket = req.params.what)))
  app.get('/basket', (req, res) => void res.send(dataOf(req).basket ?? 'empty'))
  app.get('/wish', (req, res) => void res.send((dataOf(req).returnTo = '/wishes?of=ada')))
  app.get('/messages', (req, res) => void res.json(dataOf(req).messages ?? []))
  app.get('/kept', (req, res) => void res.json(dataOf(req).passport ?? null))
  return app
}

function passportFor(users: Users, { load }: Room, version: string): Passport {
  const { Passport } = load<{ Passport: new () => Passport }>(`passport-${version}`)
  const { Strategy } = load<{ Strategy: new (verify: Verify) => object }>('passport-local')
  const passport = new Passport()
  passport.use(
    new Strategy((id, password, done) => {
      const user = password === RIGHT.password && users.get(id)
      return user ? done(null, user) : done(null, false, { message: `not ${id}` })
    }),
  )
  passport.serializeUser((user, done) => done(null, user.id))
  passport.deserializeUser((id, done) => done(null, users.get(id) ?? false))
  return passport
}

export const newUsers = (): Users => new Map([['ada', { id: 'ada', name: 'Ada' }]])

/** Ada's input in the form. */
export const RIGHT = { username: 'ada', password: 'right' }
export const WRONG = { username: 'ada', password: 'wrong' }
