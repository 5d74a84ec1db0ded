import type { IncomingMessage } from 'node:http'
import session = require('../../../lib')

export type Req = IncomingMessage & session.RequestSession

type Middleware = Pick<ReturnType<typeof session>, 'list' | 'revoke' | 'revokeAll'>
type Data = Record<string, unknown>

/** What a request tells its client. A handle is only there if the session has a user. */
export interface Told {
  /** The handle when the handler began. */
  readonly before?: string | undefined
  readonly id: string
  readonly handle?: string | undefined
  readonly data: Data
}

type Act = (req: Req, sessions: Middleware, args: readonly string[]) => unknown

/** What the requests of a round do. */
export const ACTS: Readonly<Record<string, Act>> = {
  look: told(() => {}),
  /** A login as it should be: with a new ID. */
  enter: told(async (req, _, [user]) => {
    await req.session.regenerate()
    dataOf(req).user = user
    await req.session.save()
  }),
  /** A login in the session that there is. */
  become: told(async (req, _, [user]) => {
    dataOf(req).user = user
    await req.session.save()
  }),
  leave: told(async req => {
    delete dataOf(req).user
    await req.session.save()
  }),
  renew: told(async req => req.session.regenerate({ keep: true })),
  write: told((req, _, [key = 'n']) => void (dataOf(req)[key] = true)),
  update: told(async (req, _, [key = 'n']) => session.update(req, draft => void Object.assign(draft, { [key]: true }))),
  logout: async req => {
    const before = handleOf(req)
    await req.session.destroy()
    return { before }
  },
  list: async (_, sessions, [user = '']) => {
    const list = await sessions.list(user)
    return { exact: list.exact, handles: list.map(({ handle }) => handle) }
  },
  revoke: async (_, sessions, [user = '', handle = '']) => sessions.revoke(user, handle),
  'revoke-all': async (_, sessions, [user = '']) => sessions.revokeAll(user),
  'revoke-others': async (req, sessions, [user = '']) => {
    await sessions.revokeAll(user, { except: req })
    return { kept: session.info(req)?.handle }
  },
}

function told(act: Act): Act {
  return async (req, sessions, args): Promise<Told> => {
    const before = handleOf(req)
    await act(req, sessions, args)
    const { cookie: _, ...data } = dataOf(req)
    return { before, id: req.sessionID, handle: handleOf(req), data }
  }
}

function handleOf(req: Req): string | undefined {
  const info = session.info(req)
  return info?.userId === undefined ? undefined : info.handle
}

function dataOf(req: Req): Data {
  return req.session as unknown as Data
}
