import { expect } from 'chai'
import type { Server, ServerResponse } from 'node:http'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { Site, type Handler, type Req } from '../support/site'
import { turns, Wire, type Answer } from '../support/wire'
import { cookieOf, storeLate } from './stage'

export type Patch = (req: Req, res: ServerResponse) => void
export type Args = unknown[]
export type Patchable = Record<'write' | 'end' | 'writeHead', (...args: Args) => unknown>

export interface PatchedSite {
  readonly server: Server
  readonly store: GateStore
  /** The errors for `next`. */
  readonly errors: Error[]
}

/** A site with one more middleware, before the session or after it, whose handlers change the session. */
export function site(where: 'before' | 'after', patch: Patch, respond: (res: ServerResponse) => unknown): PatchedSite {
  const store = new GateStore()
  const handler: Handler = (req, res) => {
    if (where === 'after') patch(req, res)
    data(req).user = 'ada'
    respond(res)
  }
  const { server, errors } = new Site({ store }, handler, where === 'before' ? patch : undefined)
  return { server, store, errors }
}

/** The response, which must not begin before the save. */
export async function answer({ server, store }: PatchedSite, later: boolean): Promise<Answer> {
  store.open = !later
  const wire = (await Wire.to(server)).get()
  if (later) await storeLate(wire, store)
  const got = await wire.answer()
  expect(cookieOf(got)).to.be.a('string')
  await turns()
  return got
}
