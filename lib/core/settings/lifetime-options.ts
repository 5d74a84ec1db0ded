import { MarksWatch } from '../diagnostics/marks-watch'
import { optionError } from '../errors/option-errors'
import type { Limits } from '../record/lifetime'
import type { Host } from '../session/session'
import type { Options, PerHost } from './options'
import { TouchThrottle } from './touch-throttle'

/** The options that end sessions on the server. They may be without a limit, if sessions have users. */
export interface LifetimeSettings extends Limits {
  /** The requests that count as activity. */
  readonly activity: PerHost<Host, boolean> | undefined
  /** How far the end has to move before a whole record is written, in milliseconds. */
  readonly leastMove: number
  /** The age of an ID at which it is renewed, in milliseconds; `Infinity` is never. */
  readonly renewAfter: number
  /** How long an earlier ID is accepted after a renewal, in milliseconds. */
  readonly grace: number
  readonly watch: MarksWatch
}

type Given = Partial<
  Pick<Options, 'idleTimeout' | 'absoluteTimeout' | 'activity' | 'touchAfter' | 'renewAfter' | 'grace' | 'on' | 'userId'>
>

const MINUTE = 60_000

/** The default of `grace` with `renewAfter`, in milliseconds: the requests of one page overlap. */
const GRACE = 10_000

/** @throws TypeError for an invalid limit. @returns also whether each request moves the end of its session */
export function settleLimits(options: Given): { lifetime: LifetimeSettings | undefined; keepsIdle: boolean } {
  const lifetime = settleLifetime(options)
  return { lifetime, keepsIdle: lifetime !== undefined && lifetime.idle < Infinity }
}

function settleLifetime(options: Given): LifetimeSettings | undefined {
  const { idleTimeout: idle, absoluteTimeout: absolute, activity } = options
  checkLimit('idleTimeout', idle, 'write 30 * 60_000 for half an hour')
  checkLimit('absoluteTimeout', absolute, 'write 12 * 3_600_000 for twelve hours')
  checkActivity(options)
  if (isLimit(idle) && isLimit(absolute) && absolute < idle) {
    const instead = `write an absoluteTimeout of at least ${idle}, or a shorter idleTimeout`
    throw optionError('absoluteTimeout', `be at least idleTimeout, which is ${idle}`, absolute, instead)
  }
  const renewal = settleRenewal(options)
  if (!needsMarks(options) && renewal.grace === 0) return undefined
  return {
    ...{ idle: idle ?? Infinity, absolute: absolute ?? Infinity, otherwise: Infinity, activity, ...renewal },
    leastMove: leastMoveOf(options),
    watch: new MarksWatch(),
  }
}

function checkActivity({ activity, idleTimeout, renewAfter }: Given): void {
  if (activity === undefined) return
  if (typeof activity !== 'function')
    throw optionError('activity', 'be a function', activity, 'write req => req.path !== "/poll", for example')
  if (!isLimit(idleTimeout) && !isLimit(renewAfter))
    throw new TypeError('activity option needs idleTimeout or renewAfter; write idleTimeout: 30 * 60_000, for example')
}

/** @throws TypeError for times that contradict each other */
function settleRenewal(options: Given): Pick<LifetimeSettings, 'renewAfter' | 'grace'> {
  const { renewAfter, grace, idleTimeout = Infinity, absoluteTimeout = Infinity } = options
  checkLimit('renewAfter', renewAfter, 'write 60 * 60_000 for an hour')
  const longest = Math.min(renewAfter ?? Infinity, idleTimeout, absoluteTimeout)
  if (grace === undefined) return { renewAfter: renewAfter ?? Infinity, grace: isLimit(renewAfter) ? Math.min(GRACE, longest / 2) : 0 }
  if (!isDuration(grace)) throw optionError('grace', 'be a number of milliseconds above 0', grace, 'write 10_000 for ten seconds')
  if (grace >= longest) {
    const instead = 'an earlier ID must not be accepted for longer than a session lives; write 10_000 for ten seconds'
    throw optionError('grace', `be below renewAfter, idleTimeout and absoluteTimeout, the shortest of which is ${longest}`, grace, instead)
  }
  return { renewAfter: renewAfter ?? Infinity, grace }
}

/** Whether records have marks: for a limit, or for the handles by which lists and events name a session. */
function needsMarks({ idleTimeout, absoluteTimeout, userId, on }: Given): boolean {
  return isLimit(idleTimeout) || isLimit(absoluteTimeout) || userId !== undefined || on !== undefined
}

/** At most half of the idle limit, as for touches: with a longer `touchAfter` the end would never move. */
function leastMoveOf(options: Pick<Given, 'touchAfter' | 'idleTimeout'>): number {
  return Math.min(touchAfterOf(options), (options.idleTimeout ?? Infinity) / 2)
}

/** @throws TypeError for invalid options about touches */
export function settleTouches(options: Pick<Partial<Options>, 'touchAfter' | 'awaitTouch' | 'idleTimeout'>): {
  touches: TouchThrottle | undefined
  awaitTouch: boolean
} {
  const { awaitTouch = false } = options
  const touchAfter = touchAfterOf(options)
  if (!Number.isFinite(touchAfter) || touchAfter < 0)
    throw optionError('touchAfter', 'be a number of milliseconds', touchAfter, 'write 60_000 for a minute')
  if (typeof awaitTouch !== 'boolean') throw optionError('awaitTouch', 'be true or false', awaitTouch)
  return { touches: touchAfter > 0 ? new TouchThrottle(touchAfter) : undefined, awaitTouch }
}

/** The time between two touches. By default, with an idle limit, a minute or a tenth of the limit. */
function touchAfterOf({ idleTimeout, touchAfter }: Pick<Given, 'touchAfter' | 'idleTimeout'>): number {
  if (touchAfter !== undefined) return touchAfter
  return isLimit(idleTimeout) ? Math.min(MINUTE, idleTimeout / 10) : 0
}

function isLimit(ms: number | undefined): ms is number {
  return ms !== undefined && ms < Infinity
}

function checkLimit(option: string, ms: unknown, instead: string): void {
  if (ms === undefined || ms === Infinity) return
  if (!isDuration(ms)) throw optionError(option, 'be a number of milliseconds above 0, or Infinity', ms, instead)
}

/** The end must be a valid Date: the latest one is 8.64e15 milliseconds after 1970. */
function isDuration(ms: unknown): boolean {
  return typeof ms === 'number' && ms > 0 && !Number.isNaN(new Date(Date.now() + ms).valueOf())
}
