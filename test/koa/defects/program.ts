import { EventEmitter } from 'node:events'
import * as presets from '../../../lib/koa-presets'
import { Timers } from '../../support/timers'
import type { Subject } from './defect'

/* eslint-disable @typescript-eslint/no-require-imports -- their types clash with each other */
const generic = { original: require('koa-generic-session') as typeof presets.koaGenericSession, preset: presets.koaGenericSession }
const ts = { original: require('koa-session-ts') as Pick<typeof presets, 'MemoryStore'>, preset: presets }
/* eslint-enable @typescript-eslint/no-require-imports */

const HOUR = 3_600_000
const session = { cookie: { signed: true }, a: 1 }

/** The acts in a process of their own: each prints its result, and the process runs until nothing keeps it alive. */
const ACTS = {
  async outage(subject: Subject): Promise<string> {
    const timers = new Timers()
    const store = Object.assign(new EventEmitter(), { get() {}, set() {}, destroy() {} })
    generic[subject]({ store } as never)
    store.emit('disconnect')
    timers.turn(10_000)
    await new Promise(setImmediate)
    return 'still here'
  },

  async 'long life'(subject: Subject): Promise<string> {
    const store = new ts[subject].MemoryStore('mine')
    await store.set('an-id', session, 2 ** 31)
    // Node turns a delay that is too long into one millisecond, and the shorter of two timers fires first
    await new Promise(resolve => setTimeout(resolve, 2))
    const kept = await store.get('an-id')
    return JSON.stringify(kept && { a: (kept as { a?: number }).a })
  },

  async prefix(subject: Subject): Promise<string> {
    const store = new ts[subject].MemoryStore()
    await store.set('an-id', session, HOUR)
    return JSON.stringify(Object.keys(store.sessions))
  },

  async end(subject: Subject): Promise<string> {
    await new ts[subject].MemoryStore('mine').set('an-id', session, HOUR)
    return JSON.stringify(process.getActiveResourcesInfo().filter(name => name === 'Timeout'))
  },
}

export type Act = keyof typeof ACTS

async function main([act, subject]: string[]): Promise<void> {
  console.log(await ACTS[act as Act](subject as Subject))
  // Reports what keeps the process alive
  process.exit()
}

if (require.main === module) void main(process.argv.slice(2))
