import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'

type Done = (err?: unknown) => void

/** A session, as the pages use it. */
export interface Visit {
  count?: number
  user?: string
  regenerate(done: Done): void
  destroy(done: Done): void
}

export type Req = IncomingMessage & { session: Visit }

export interface Page {
  /** The body, unless the page redirects. */
  readonly act: (session: Visit, req: Req) => unknown
  /** The location of its redirect, relative to its path. */
  readonly leadsTo?: string
}

/** By the last part of the path. */
export const PAGES: Readonly<Record<string, Page>> = {
  count: { act: session => (session.count = (session.count ?? 0) + 1) },
  who: { act: ({ user = 'guest' }) => user },
  login: {
    act: async (session, req) => {
      await promisify((done: Done) => session.regenerate(done))()
      req.session.user = 'ada'
    },
    leadsTo: 'who',
  },
  logout: { act: async session => promisify((done: Done) => session.destroy(done))(), leadsTo: 'who' },
  broken: {
    act: session => {
      session.user = 'grace'
      throw new Error('the handler is broken')
    },
  },
}

/** A page outside of the sessions. */
export const OUTSIDE: Page = { act: session => (session ? 'a session' : 'no session') }

/** @returns the body of the page */
export async function played(page: Page, req: IncomingMessage): Promise<string> {
  const { session } = req as Req
  return String(await page.act(session, req as Req))
}
