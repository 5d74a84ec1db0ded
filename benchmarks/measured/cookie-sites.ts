import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { entered } from './enter'
import { type Data } from './record'
import { answer, SECRET, type Site } from './site'
import { DAY, type Visit } from './visits'

type CookieSession = (options: object) => (req: IncomingMessage, res: ServerResponse, next: () => void) => void

interface IronSession {
  getIronSession(req: IncomingMessage, res: ServerResponse, options: object): Promise<Data & { save(): Promise<void> }>
  unsealData(value: string, options: object): Promise<object>
}

const NAME = 'session'

const noRecords = (): Promise<Record<string, object>> => Promise.resolve({})

/** The session is in the cookie, signed. */
export function cookieSessionSite(module: string, visit: Visit): Promise<Site> {
  const cookieSession = createRequire(__filename)(module) as CookieSession
  const middleware = cookieSession({ name: NAME, keys: [SECRET], maxAge: DAY })
  return entered(visit, async app => ({
    listener: (req, res) => middleware(req, res, () => answer(res, () => app.act((req as unknown as { session: Data }).session))),
    records: noRecords,
    carried: async value => JSON.parse(Buffer.from(value, 'base64').toString()) as object,
  }))
}

/** The session is in the cookie, encrypted, and saved by the app. */
export function ironSessionSite(module: string, visit: Visit): Promise<Site> {
  const { getIronSession, unsealData } = createRequire(__filename)(module) as IronSession
  // The same attributes as cookie-session's; it accepts no shorter password, and a secure cookie would not be sent over HTTP
  const password = SECRET.repeat(3)
  const options = { cookieName: NAME, password, cookieOptions: { maxAge: DAY / 1000, secure: false, sameSite: undefined } }
  return entered(visit, async app => {
    const visited = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
      const session = await getIronSession(req, res, options)
      const body = app.act(session)
      if (app.writes) await session.save()
      answer(res, () => body)
    }
    return {
      listener: (req, res) => void visited(req, res),
      records: noRecords,
      carried: value => unsealData(decodeURIComponent(value), { password }),
    }
  })
}
