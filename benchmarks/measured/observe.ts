import type { Answer } from './answer'
import { dataOf } from './record'
import { keyOf, type Site } from './site'

/** One request as observed from outside: equal for equal subjects, regardless of session IDs and times. */
export interface Observed {
  readonly answer: Answer
  /** The data of the client's session after it, as JSON. */
  readonly held: string | undefined
  readonly stored: readonly Stored[]
}

/** Equal records, and their number. */
export interface Stored {
  readonly record: string
  readonly times: number
}

/** @param ask sends one request, with a `Cookie` header */
export async function observe(site: Site, cookie: string, ask: (cookie: string) => Promise<Answer>): Promise<Observed> {
  const answer = await ask(cookie)
  const records = await site.records()
  const isKnown = (value: string) => Object.keys(records).some(id => carries(value, id))
  const what = (pair: string) => {
    if (site.carried) return 'its data'
    if (cookie.split('; ').includes(pair)) return 'what was sent'
    return isKnown(valueOf(pair)) ? 'a stored id' : 'an id of nothing'
  }
  const held = await heldBy(site, records, valueOf(answer.setCookie[0]?.split(';')[0] ?? cookie.split('; ')[0] ?? ''))
  return {
    answer: { ...answer, setCookie: answer.setCookie.map(line => plain(line, what)) },
    held: held && canonical(dataOf(held)),
    stored: counted(Object.values(records)),
  }
}

async function heldBy(site: Site, records: Readonly<Record<string, object>>, value: string): Promise<object | undefined> {
  if (site.carried) return value ? site.carried(value) : undefined
  return Object.entries(records).find(([id]) => carries(value, id))?.[1]
}

/** Whether the value of a cookie is an ID, as it is, signed or hashed. */
function carries(value: string, id: string): boolean {
  const text = value.startsWith('s%3A') ? decodeURIComponent(value).slice(2) : value
  return text === id || text.startsWith(`${id}.`) || keyOf(text.slice(0, text.lastIndexOf('.'))) === id
}

function valueOf(pair: string): string {
  return pair.slice(pair.indexOf('=') + 1)
}

/**
 * A `Set-Cookie` line with its value replaced, and its attributes in a uniform spelling and order.
 *
 * @param what describes a name and a value
 */
function plain(line: string, what: (pair: string) => string): string {
  const [pair = '', ...attributes] = line.split(/; ?/)
  const name = pair.slice(0, pair.indexOf('='))
  return [`${name}=${name.endsWith('.sig') ? 'a signature' : what(pair)}`, ...attributes.map(timeless).sort()].join('; ')
}

/** Expiries are given in minutes from now: requests of two subjects differ by milliseconds. */
function timeless(attribute: string): string {
  const [key = '', value] = attribute.toLowerCase().split('=')
  if (key === 'max-age') return `expires=in ${minutes(Number(value) * 1000)}`
  return key === 'expires' ? `expires=${minutesFromNow(value ?? '')}` : attribute.toLowerCase()
}

function minutesFromNow(date: string): string {
  return `in ${minutes(Date.parse(date) - Date.now())}`
}

function minutes(milliseconds: number): string {
  return `${Math.round(milliseconds / 60_000)} minutes`
}

function counted(records: readonly object[]): Stored[] {
  const times = new Map<string, number>()
  for (const record of records.map(canonical)) times.set(record, (times.get(record) ?? 0) + 1)
  return Array.from(times, ([record, times]) => ({ record, times })).sort((a, b) => (a.record < b.record ? -1 : 1))
}

function canonical(record: object): string {
  return JSON.stringify(record, (key, value: unknown) => {
    if (key === 'expires' && typeof value === 'string') return minutesFromNow(value)
    // express-session computes it from two readings of the clock, and sometimes loses a millisecond
    if (key === 'originalMaxAge' && typeof value === 'number') return minutes(value)
    return isPlain(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value
  })
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
