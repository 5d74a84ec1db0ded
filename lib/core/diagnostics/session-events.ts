import { channel } from 'node:diagnostics_channel'
import { isPromise } from '../../primitives/callbacks'
import { diagnose, type Diagnosed } from './diagnose'

/** The events in the life of a session, each with its channel. */
const CHANNELS = {
  /** A new session has been stored. */
  created: channel('resession:created'),
  /** A session has another ID, and goes on. */
  renewed: channel('resession:renewed'),
  /** A session has ended. */
  ended: channel('resession:ended'),
  /** A client has sent a signed ID of which the store has no session. */
  unknown: channel('resession:unknown'),
  /** A client has sent the old ID of a session that has another one. */
  reused: channel('resession:reused'),
} as const

/** An event in the life of a session. */
export type EventName = keyof typeof CHANNELS

/** The names that the option `on` takes. */
export const EVENT_NAMES = Object.keys(CHANNELS) as readonly EventName[]

/** Why a session was created, renewed or ended, or is not known. */
export type Why = 'login' | 'logout' | 'unset' | 'idle' | 'absolute' | 'revoked' | 'evicted' | 'renewed' | 'unreadable'

/** An event in the life of a session. It has no session ID. */
export interface SessionEvent {
  /** The name of the cookie. */
  readonly name: string
  /** The request; undefined if the event has none, as after `sessions.end(id)`. */
  readonly req: object | undefined
  /** The context, on Koa. */
  readonly ctx?: object | undefined
  /** The public name of the session; undefined if its record has none. */
  readonly handle: string | undefined
  /** The key of the user; undefined if no user is logged in, or the option `userId` is missing. */
  readonly userId: string | undefined
  /** The cause: of `created` a login, of `ended` a logout or a limit, for example. */
  readonly why: Why | undefined
  /** The result of the option `describe`. */
  readonly about: unknown
  /** A copy of the data, without the cookie; undefined if they are not known. */
  readonly data: object | undefined
  /** Of `unknown` and `reused`: the number of earlier events that were left out. */
  readonly omitted?: number
}

/** Functions that are called with the events. A returned promise is not awaited. */
export type Listeners<Event = SessionEvent> = {
  // Over the channels and not over EventName: editors then show the comments above
  -readonly [Name in keyof typeof CHANNELS]?: { of(event: Event): unknown }['of'] | undefined
}

/** The events that clients can cause at will: at most so many in so many milliseconds are told. */
const MOST = 10
const WINDOW = 1000

/** Tells listeners and subscribers of the sessions of one middleware. */
export class SessionEvents {
  readonly #about: Diagnosed
  readonly #on: Listeners
  /** The start of the current window in milliseconds since 1970, with the numbers of events that were told and left out. */
  #limit = { since: -Infinity, told: 0, omitted: 0 }

  constructor(about: Diagnosed, on: Listeners = {}) {
    this.#about = about
    this.#on = on
  }

  get name(): string {
    return this.#about.name
  }

  /** Whether the event has a listener or a subscriber. Otherwise no event is made. */
  hasListener(name: EventName): boolean {
    return this.#on[name] !== undefined || CHANNELS[name].hasSubscribers
  }

  tell(name: EventName, event: SessionEvent): void {
    if (CHANNELS[name].hasSubscribers) CHANNELS[name].publish(event)
    if (!this.#on[name]) return
    try {
      const returned = this.#on[name](event)
      if (isPromise(returned)) returned.then(undefined, err => this.#failed(name, err))
    } catch (err) {
      this.#failed(name, err)
    }
  }

  /** Tells an event that clients can cause at will, unless there were too many in this second. */
  tellLimited(name: 'unknown' | 'reused', make: () => SessionEvent): void {
    if (!this.hasListener(name)) return
    const now = Date.now()
    const { since, omitted } = this.#limit
    if (!(now >= since && now - since < WINDOW)) this.#limit = { since: now, told: 0, omitted }
    if (this.#limit.told >= MOST) return void this.#limit.omitted++
    this.#limit.told++
    this.#limit.omitted = 0
    this.tell(name, { ...make(), omitted })
  }

  /** The request goes on: an event tells of what has happened already. */
  #failed(name: EventName, error: unknown): void {
    diagnose(
      this.#about,
      'listener-failed',
      () => `The listener on.${name} of the session "${this.#about.name}" has failed: ${String(error)}. The session is not affected`,
      error,
    )
  }
}
