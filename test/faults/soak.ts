import { randomOf } from '../support/shuffling-store'
import { Timers } from '../support/timers'
import { turns } from '../support/wire'
import { STORES } from './soak-stores'
import { Traffic } from './traffic'

/** Requests to each store that are measured; a fifth as many before warm the process up. */
const REQUESTS = Number(process.argv[2] ?? 1_000_000)
const POINTS = 25
/** In bytes per request. */
const BAR = 1

interface Point {
  readonly requests: number
  readonly heap: number
}

/** The size of the heap after garbage collection, in bytes. */
async function heap(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    global.gc?.()
    await turns(5)
  }
  return process.memoryUsage().heapUsed
}

/** The slope of the least-squares line: https://en.wikipedia.org/wiki/Simple_linear_regression */
function slope(points: readonly Point[]): number {
  const mean = (pick: (point: Point) => number): number => points.reduce((sum, point) => sum + pick(point), 0) / points.length
  const [x, y] = [mean(({ requests }) => requests), mean(({ heap }) => heap)]
  const covariance = points.reduce((sum, { requests, heap }) => sum + (requests - x) * (heap - y), 0)
  return covariance / points.reduce((sum, { requests }) => sum + (requests - x) ** 2, 0)
}

/** @returns whether the bar is met */
async function soak(name: string, requests: number): Promise<boolean> {
  const timers = new Timers()
  const traffic = new Traffic(new (STORES[name] as (typeof STORES)[string])(randomOf(2)), timers)
  const began = performance.now()
  await traffic.run(requests / 5)
  const points: Point[] = []
  const from = traffic.counts.requests
  for (let point = 0; point <= POINTS; point++) {
    if (point > 0) await traffic.run(requests / POINTS)
    points.push({ requests: traffic.counts.requests - from, heap: await heap() })
  }
  // Late callbacks, and the pause of the circuit breaker
  timers.turn(60_000)
  await heap()
  const left = { inFlight: traffic.inFlight, timers: timers.pending }
  Timers.restore()

  const growth = slope(points)
  const seconds = (performance.now() - began) / 1000
  console.log(`${name}: ${traffic.counts.requests} requests in ${seconds.toFixed(0)} s`, JSON.stringify(traffic.counts))
  console.log(`  heap in MB: ${points.map(({ heap }) => (heap / 1e6).toFixed(2)).join(' ')}`)
  console.log(`  slope ${growth.toFixed(3)} bytes a request; left: ${JSON.stringify(left)}`)
  return growth < BAR && left.inFlight === 0 && left.timers === 0
}

async function main(): Promise<void> {
  if (!global.gc) throw new Error('memory can be measured only with --expose-gc')
  const met: boolean[] = []
  for (const name of Object.keys(STORES)) met.push(await soak(name, REQUESTS))
  if (met.includes(false)) process.exitCode = 1
  console.log(met.includes(false) ? 'NOT MET' : 'met')
}

void main()
