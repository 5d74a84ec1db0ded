import { equal, ok } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RequestHandler } from 'express'
import type { Integration, Room, Scenario, Store } from '../../integration'
import { sessionCookie } from '../../visitor'
import { lateSessions, lateStore } from '../late-sessions'
import { EXPRESS } from '../session-app'
import { appOf, isKept, visitorOf } from './stage'

/** Many chunks of a file. */
const TEXT = 'A session is kept.\n'.repeat(20_000)

const versions = ['1.16.3', '2.2.1']

const before =
  (name: string): Scenario =>
  async ({ here }) => {
    const { store, calls } = counted(here)
    const ada = await visitorOf(appOf(here, serving(here, name), lateSessions(here, { store, rolling: true })))
    await isKept(ada)
    const already = calls()
    const res = await ada.ask('kept.txt')
    equal(await res.text(), TEXT)
    equal(sessionCookie(res), undefined)
    equal(calls(), already)
    await isKept(ada, 2)
  }

const after =
  (name: string): Scenario =>
  async ({ here }) => {
    const ada = await visitorOf(appOf(here, lateSessions(here, { rolling: true }), serving(here, name)))
    await isKept(ada)
    const whole = await ada.ask('kept.txt')
    equal(await whole.text(), TEXT)
    const part = await ada.ask('kept.txt', { headers: { range: 'bytes=2-8' } })
    equal(`${part.status} ${await part.text()}`, '206 session')
    // Else fetch asks for a response that is not from a cache
    const headers = { 'if-none-match': whole.headers.get('etag') as string, 'cache-control': 'max-age=0' }
    const unchanged = await ada.ask('kept.txt', { headers })
    equal(unchanged.status, 304)
    for (const res of [whole, part, unchanged]) ok(sessionCookie(res))
    await isKept(ada, 2)
  }

function serving({ load, folder }: Room, name: string): RequestHandler {
  writeFileSync(join(folder, 'kept.txt'), TEXT)
  return load<(folder: string) => RequestHandler>(name)(folder)
}

/** A store that counts its calls. */
function counted({ session }: Room): { store: Store; calls: () => number } {
  const store = lateStore(session)
  let calls = 0
  for (const method of ['get', 'set', 'touch', 'destroy'] as const) {
    const called = store[method] as (...args: unknown[]) => void
    store[method] = (...args: unknown[]) => {
      calls++
      called.apply(store, args)
    }
  }
  return { store, calls: () => calls }
}

export const files: readonly Integration[] = versions.map(version => {
  const name = `serve-static-${version}`
  return {
    title: `serve-static ${version}`,
    packages: { ...EXPRESS, [name]: `npm:serve-static@${version}` },
    scenarios: {
      'a file before the session is served without a store call': before(name),
      'a file after the session is served whole, in ranges or as 304, with the session cookie': after(name),
    },
  }
})
