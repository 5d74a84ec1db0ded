import type { Request } from 'express'
import session from 'PACKAGE'
import { Cookie, type Session, type SessionData } from 'PACKAGE'

// Compiles against @types/express-session too: a cookie that a program has made is of the same type as that of a session

declare module 'PACKAGE' {
  interface SessionData {
    views: number
    user: { name: string }
  }
}

/** Records as tests of stores write them, without all keys that the program has declared. */
export const records: SessionData[] = [
  { cookie: new Cookie() } as SessionData,
  { cookie: new Cookie(), views: 1 } as SessionData,
  { cookie: new session.Cookie() } as SessionData & Partial<Session>,
  { cookie: new Cookie() } as Session & SessionData,
]
export const some: Partial<SessionData> = { cookie: new Cookie(), views: 1 }
export const live = { id: 'id', cookie: new Cookie() } as Session
export class Row {
  readonly data: SessionData
  cookie = new Cookie()
  constructor(given: Partial<SessionData>) {
    this.data = { cookie: new Cookie(), ...given } as SessionData
  }
}

export function replace(req: Request, own: Session, row: Row): Cookie[] {
  let cookie = new session.Cookie()
  cookie = req.session.cookie
  cookie = own.cookie
  row.cookie = own.cookie
  req.session.cookie = cookie
  own.cookie = new Cookie()
  const cookies = [new session.Cookie()]
  cookies.push(req.session.cookie, own.cookie)
  const byId = new Map([['id', new session.Cookie()]])
  byId.set('id', req.session.cookie).set('id', own.cookie)
  return [cookie, ...cookies, ...byId.values(), new Cookie(), own.cookie]
}

export class OwnCookie extends Cookie {
  readonly owner = 'ada'
}
export const mock: Cookie = { originalMaxAge: null }
export const isCookie = (value: unknown): boolean => value instanceof Cookie
export const lifetimeOf = ({ originalMaxAge }: Cookie): number | null => originalMaxAge
