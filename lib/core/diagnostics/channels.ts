import { channel } from 'node:diagnostics_channel'

/** The content of a message: names of keys, and never values or IDs. */
export interface Notice {
  readonly keys?: readonly string[]
  /** The error of the store. */
  readonly error?: unknown
}

/** The channels for events that no response shows. */
const CHANNELS = {
  /** A save has kept changes that another request had saved. */
  merged: channel('resession:merged'),
  /** Two requests set `keys` to different values. Those of the later one were stored. */
  conflict: channel('resession:conflict'),
  /** A save or touch was dropped, because the session no longer exists. */
  interrupted: channel('resession:interrupted'),
  /** The store failed to move an expiry after the response had been sent. */
  untouched: channel('resession:untouched'),
  /** The list of a user still has a session that has ended, because it could not be written. It is found gone later. */
  stale: channel('resession:stale'),
  /** A request continues without its session, which could not be read. */
  anonymous: channel('resession:anonymous'),
  /** A store does not respond. It is called once a second at most until it does. */
  unavailable: channel('resession:unavailable'),
  /** It responds again. */
  available: channel('resession:available'),
} as const

/** Publishes on a diagnostics channel, if it has subscribers. */
export function publish(name: keyof typeof CHANNELS, message: Notice = {}): void {
  if (CHANNELS[name].hasSubscribers) CHANNELS[name].publish(message)
}
