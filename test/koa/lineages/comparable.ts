import type { Seen } from './namer'
import type { Scenario, Visit } from './scenarios'

/** One visit of a scenario. */
export interface Place {
  readonly lineage: string
  readonly scenario: Scenario
  readonly visit: Visit
  readonly index: number
}

/** Reduces an observation to its comparable part; undefined if the two diverge from here on. */
export type Comparable = (seen: Seen, place: Place) => Seen | undefined

export const but =
  (...fields: (keyof Seen)[]): Comparable =>
  seen => ({ ...seen, ...Object.fromEntries(fields.map(field => [field, undefined])) })
export const separate: Comparable = () => undefined
export const noCookies = but('cookies', 'attributes')

export const called =
  (...names: string[]) =>
  ({ scenario }: Place): boolean =>
    names.includes(scenario.name)
export const acts =
  (...names: Visit['act'][]) =>
  ({ visit }: Place): boolean =>
    names.includes(visit.act)
export const uncaught = ({ scenario }: Place): boolean => scenario.name.startsWith('throws') && !scenario.catches

/** Removes the lifetime of one day that koa-session sets by default. */
export function withoutDay(seen: Seen): Seen {
  const clean = <Value>(value: Value): Value =>
    JSON.parse(
      JSON.stringify(value)
        .replace(/(\\?")_(maxAge\1:(86400000|null)|session\1:true),?/g, '')
        .replace(/; in 86400 s/g, ''),
    ) as Value
  return { ...seen, cookies: clean(seen.cookies), attributes: clean(seen.attributes), records: clean(seen.records) }
}

export const withoutSid: Comparable = seen => ({
  ...seen,
  cookies: seen.cookies.map(text => text.replace(',"_sid":"an id"', '').replace(/\{_sid: .*\}/, '{}')),
})

/** Removes reads for an ID that does not exist, or that was made in this request. */
export const withoutVainGets: Comparable = (seen, { scenario, index }) => {
  const isFirst = !scenario.visits.slice(0, index).some(({ act, cookies }) => act === 'set' && !cookies)
  return { ...seen, calls: seen.calls.filter(call => call !== 'get unknown' && !(isFirst && call.startsWith('get'))) }
}

/** Removes the order of calls, and numbers IDs in the order in which the client and the store have them. */
export const withoutOrder: Comparable = ({ calls, ...seen }) => {
  const { cookies, records, body } = seen
  const names = new Map<string, string>()
  const renamed = <Value>(value: Value): Value =>
    JSON.parse(
      JSON.stringify(value).replace(/\bid \d+/g, id => {
        if (!names.has(id)) names.set(id, `session ${names.size + 1}`)
        return names.get(id) as string
      }),
    ) as Value
  const kept = renamed({ cookies, records, body })
  return { ...seen, ...kept, calls: renamed(calls.filter(call => !call.startsWith('get'))).sort() }
}

/** Removes the clearing of the session's own cookie. */
export const withoutCleared: Comparable = seen => ({
  ...seen,
  cookies: seen.cookies.filter(text => !/^cookie(\.sig)? cleared$/.test(text)),
  attributes: seen.attributes.filter(text => !text.endsWith('; at once')),
})
