import { expect } from 'chai'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { Site, type Handler, type Req } from '../support/site'
import type { SessionOptions } from '../support/subject'
import { turns, Wire, type Answer } from '../support/wire'

interface Fate {
  readonly options: Partial<SessionOptions>
  /** Whether the client already has a session. */
  readonly known: boolean
  /** The change of the handler that has this outcome. */
  readonly act: (req: Req) => void
  /** The store calls at the end. */
  readonly asks: readonly string[]
}

/** The possible outcomes of a session at the end of a request. */
export const FATES = {
  saved: { options: {}, known: false, act: (req: Req) => void (data(req).user = 'ada'), asks: ['set'] },
  'saved, or an error response': {
    options: { saveErrors: 'fail' },
    known: false,
    act: (req: Req) => void (data(req).user = 'ada'),
    asks: ['set'],
  },
  touched: { options: { awaitTouch: true }, known: true, act: () => {}, asks: ['touch'] },
  'left alone': { options: {}, known: false, act: () => {}, asks: [] },
  destroyed: { options: { unset: 'destroy' }, known: true, act: (req: Req) => void (req.session = null as never), asks: ['destroy'] },
} as const satisfies Record<string, Fate>

export type FateName = keyof typeof FATES

/** A site whose sessions have one outcome, with a store that is released manually. */
export interface Stage {
  readonly server: Server
  readonly store: GateStore
  /** The errors for `next`. */
  readonly errors: Error[]
  /** The header lines of a client that can have that outcome. */
  readonly headers: string[]
}

/** @param before runs before the session middleware */
export async function stage(name: FateName, handler: Handler, before: (req: Req, res: ServerResponse) => void = () => {}): Promise<Stage> {
  const { options, known, act } = FATES[name] as Fate
  const store = new GateStore()
  const enterOrAct: Handler = (req, res) => {
    if (req.url === '/enter') {
      data(req).entered = true
      return void res.end()
    }
    act(req)
    return handler(req, res)
  }
  const site = new Site({ ...options, store }, enterOrAct, before)
  const headers = known ? [`Cookie: ${await enter(site.server, store)}`] : []
  return { server: site.server, store, errors: site.errors, headers }
}

/** The cookie of a client whose session is stored. */
async function enter(server: Server, store: GateStore): Promise<string> {
  store.open = true
  const wire = await Wire.to(server)
  const cookie = cookieOf(await wire.get('/enter', 'Connection: close').answer())
  await wire.rest()
  store.open = false
  store.asked.splice(0)
  return cookie as string
}

/** Waits until the store has been called, and checks that the client has received nothing. */
export async function withheld(wire: Wire, store: GateStore): Promise<void> {
  await store.waits()
  await turns()
  expect(wire.text).to.equal('')
}

/** The same, and then the store calls back for this and all later calls. */
export async function storeLate(wire: Wire, store: GateStore): Promise<void> {
  await withheld(wire, store)
  store.open = true
  store.release()
}

/** The same handler without a session. */
export function plain(handler: (req: Req, res: ServerResponse) => unknown): Server {
  return createServer((req, res) => handler(req as Req, res))
}

/** The name and value of each cookie of a response, as a client sends them back. */
export function cookieOf(answer: Answer): string | undefined {
  const cookies = answer.headers.filter(isCookie).map(header => header.slice('set-cookie: '.length).split(';')[0])
  return cookies.length > 0 ? cookies.join('; ') : undefined
}

/** A response without the cookie that only a session sets. */
export function withoutCookie(answer: Answer): Answer {
  return { ...answer, headers: answer.headers.filter(header => !isCookie(header)) }
}

function isCookie(header: string): boolean {
  return header.startsWith('set-cookie:')
}
