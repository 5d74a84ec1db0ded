import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { apart } from './apart'
import { withTimers } from './with-timers'
import type { Defect } from './defect'
import type { KoaSite } from '../site'
import { turns } from '../../support/wire'

const WAIT = 10_000

/**
 * A pending request, after it has stopped by itself.
 *
 * @returns its status then, and at the end
 */
async function underWay(site: KoaSite): Promise<{ now: number | 'waits'; end: Promise<number> }> {
  const coming = once(site.server, 'request') as Promise<[IncomingMessage, ServerResponse]>
  const end = site.get('/set').then(({ status }) => status)
  const [, response] = await coming
  await turns(50)
  return { now: response.writableEnded ? response.statusCode : 'waits', end }
}

/** Defects with stores that disconnect and reconnect. */
export const OUTAGE: readonly Defect[] = [
  {
    number: 1,
    what: 'A store that disconnects while no request waits for it ends the process',
    whose: ['koa-generic-session'],
    visits: ({ subject }) => apart('outage', subject),
    good: 'still here',
    bad: 'Error: session store is unavailable',
  },
  {
    number: 12,
    what: 'The timer of an outage that is over makes a healthy store unavailable, for all that follow',
    whose: ['koa-session-ts'],
    visits: withTimers(async ({ site, store }, timers) => {
      store.emit('DISCONNECT')
      const waiting = await underWay(site)
      store.emit('CONNECT')
      const first = await waiting.end
      timers.turn(WAIT)
      return [waiting.now, first, (await site.get('/set')).status]
    }),
    good: ['waits', 200, 200],
    bad: ['waits', 200, 500],
  },
  {
    number: 12,
    what: 'After an outage without waiting requests, the first request waits the full time again before it fails',
    whose: ['koa-session-ts'],
    visits: withTimers(async ({ site, store }, timers) => {
      store.emit('DISCONNECT')
      timers.turn(WAIT)
      const { now, end } = await underWay(site)
      timers.turn(WAIT)
      return [now, await end]
    }),
    good: [500, 500],
    bad: ['waits', 500],
  },
  {
    number: 12,
    what: 'The timer of an outage that is over makes the next one shorter',
    whose: ['koa-generic-session'],
    visits: withTimers(async ({ site, store }, timers) => {
      store.emit('disconnect')
      timers.turn(WAIT - 1000)
      store.emit('connect')
      store.emit('disconnect')
      timers.turn(1000)
      const { now, end } = await underWay(site)
      store.emit('connect')
      return [now, await end]
    }),
    good: ['waits', 200],
    bad: [500, 500],
  },
]
