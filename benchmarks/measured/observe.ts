import type { Answer } from './answer'
import type { Site } from './site'

/** One visit as it looked from outside: equal for equal subjects, whatever ids they made and whenever they were asked. */
export interface Observed {
  readonly answer: Answer
  readonly stored: readonly Stored[]
}

/** Records that are the same, and how many of them there are. */
export interface Stored {
  readonly record: string
  readonly times: number
}

/** @param ask one visit, with a `Cookie` header */
export async function observe(site: Site, cookie: string, ask: (cookie: string) => Promise<Answer>): Promise<Observed> {
  const answer = await ask(cookie)
  const records = await site.records()
  const ids = Object.keys(records)
  return {
    answer: { ...answer, setCookie: answer.setCookie.map(line => timeless(named(line, cookie, ids))) },
    stored: counted(Object.values(records)),
  }
}

/** A `Set-Cookie` line that says of its value only whether it is the one that was sent, or carries the id of a record. */
function named(line: string, sent: string, ids: readonly string[]): string {
  const [pair = '', ...attributes] = line.split(';')
  const [name = '', value = ''] = pair.split('=')
  const known = ids.some(id => decodeURIComponent(value).startsWith(`s:${id}.`)) ? 'a stored id' : 'an id of nothing'
  return [`${name}=${pair === sent ? 'what was sent' : known}`, ...attributes].join(';')
}

/** What expires is said in minutes from now: no two subjects are asked within the same millisecond. */
function timeless(line: string): string {
  return line.replace(/Expires=([^;]+)/i, (_, date: string) => `Expires=${minutesFromNow(date)}`)
}

function minutesFromNow(date: string): string {
  return `in ${minutes(Date.parse(date) - Date.now())}`
}

function minutes(milliseconds: number): string {
  return `${Math.round(milliseconds / 60_000)} minutes`
}

function counted(records: readonly object[]): Stored[] {
  const times = new Map<string, number>()
  for (const record of records) {
    const text = JSON.stringify(record, (key, value: unknown) => {
      if (key === 'expires' && typeof value === 'string') return minutesFromNow(value)
      // express-session computes it from two looks at the clock, and loses a millisecond now and then
      if (key === 'originalMaxAge' && typeof value === 'number') return minutes(value)
      return isPlain(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value
    })
    times.set(text, (times.get(text) ?? 0) + 1)
  }
  return Array.from(times, ([record, times]) => ({ record, times })).sort((a, b) => (a.record < b.record ? -1 : 1))
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
