import { createServer, type RequestListener } from 'node:http'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { storeAt, type StorePlace } from '../distant-store'
import { connectSite, load, type Site } from '../site'
import type { Subject } from '../subjects'
import type { Visit } from '../visits'
import { delayedStore, type DelayedStore } from './delayed-store'

/** Concurrent requests, each of which adds a key of its own to one session. */
export interface OverlapJob {
  readonly do: 'overlap'
  readonly subject: Subject
  readonly writers: number
  /** The size of the session's data before. */
  readonly bytes: number
  /** The prefix of the keys: processes use different ones. */
  readonly prefix: string
  /** The place of the sessions: an engine, or a delay in this process. */
  readonly place: StorePlace | { readonly milliseconds: number; readonly compares: boolean }
}

/** Sent when the process is ready; it begins with the next message. */
export interface Ready {
  readonly ready: true
}

export interface Overlapped {
  /** The time of the machine's clock, in milliseconds. */
  readonly start: number
  readonly end: number
  /** Processor time, in milliseconds. */
  readonly processor: number
  /** Calls of a store that counts them: reads other than the first of each request, and writes. */
  readonly gets: number
  readonly writes: number
  /** Changes of this process that are in the store afterwards. */
  readonly kept: number
}

/** Concurrent requests and rounds before the measurement, on another session. */
const WARM_UP = { writers: 10, times: 30 }

interface Overlap {
  readonly site: Site
  readonly counts: DelayedStore['counts']
  /** Sends so many concurrent requests of a client. Resolves when all responses are finished. */
  readonly write: (visitor: number, writers: number) => Promise<void>
}

/** @param begin resolves when the measurement is to begin */
export async function overlap(job: OverlapJob, begin: () => Promise<void>, settled: () => Promise<void>): Promise<Overlapped> {
  const { site, counts, write } = await open(job)
  for (let time = 0; time < WARM_UP.times; time++) await write(1, WARM_UP.writers)
  await sleep(100)
  await begin()
  Object.assign(counts, { gets: 0, writes: 0 })
  const start = performance.timeOrigin + performance.now()
  const before = process.cpuUsage()
  await write(0, job.writers)
  const { user, system } = process.cpuUsage(before)
  const end = performance.timeOrigin + performance.now()
  const { gets, writes } = counts
  await settled()
  const kept = await keptIn(site, job)
  site.close?.()
  return { start, end, processor: (user + system) / 1000, gets: gets - job.writers, writes, kept }
}

async function open({ subject, bytes, prefix, place }: OverlapJob): Promise<Overlap> {
  const session = load(subject.module as string)
  let made = 0
  const act = (data: object): string => {
    Object.assign(data, { [`${prefix}-${++made}`]: made })
    return 'done'
  }
  const visit: Visit = { name: 'overlap', returning: true, bytes, writes: true, act: act as Visit['act'] }
  const store = 'engine' in place ? await storeAt(place, subject.atomic) : delayedStore(session, place.milliseconds, place.compares)
  const site = await connectSite(session, visit, subject.options, store)
  const counts = 'counts' in store ? (store as DelayedStore).counts : { gets: 0, writes: 0 }
  return { site, counts, write: async (visitor, writers) => visitAtOnce(site, visitor, writers) }
}

async function visitAtOnce({ listener, cookies }: Site, visitor: number, writers: number): Promise<void> {
  await new Promise<void>(resolve => {
    let left = writers
    const counted: RequestListener = (req, res) => {
      res.on('finish', () => --left === 0 && resolve())
      listener(req, res)
    }
    const server = createServer(counted)
    const request = `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: ${cookies[visitor]}\r\n\r\n`
    for (let writer = 0; writer < writers; writer++) server.emit('connection', connection(request))
  })
}

/** A connection without a network, with one request. */
function connection(request: string): Duplex {
  const duplex = new Duplex({ decodeStrings: false, read() {}, write: (_chunk, _encoding, done) => done() })
  duplex.push(Buffer.from(request))
  return duplex
}

/** The changes of this process after the warm-up. */
async function keptIn(site: Site, { prefix, writers }: OverlapJob): Promise<number> {
  const first = WARM_UP.writers * WARM_UP.times
  const ours = (key: string): boolean => key.startsWith(`${prefix}-`) && Number(key.slice(prefix.length + 1)) > first
  const counts = Object.values(await site.records()).map(record => Object.keys(record).filter(ours).length)
  return Math.min(writers, Math.max(...counts))
}
