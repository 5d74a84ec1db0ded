import { channel } from 'node:diagnostics_channel'

/** The message of an event: names of keys, and no values or session IDs. */
export interface Notice {
  readonly keys?: readonly string[]
  /** As the store has it. */
  readonly error?: unknown
}

/** The channels of `node:diagnostics_channel`. */
const CHANNELS = {
  /** A save has kept changes of another request. */
  merged: channel('resession:merged'),
  /** Two requests gave `keys` different values; the later values are stored. */
  conflict: channel('resession:conflict'),
  /** A save or a touch was dropped because the session no longer exists. */
  interrupted: channel('resession:interrupted'),
  /** The store failed to move an expiry after the response was sent. */
  untouched: channel('resession:untouched'),
  /** A request continues without its session, which could not be read. */
  anonymous: channel('resession:anonymous'),
  /** The circuit breaker of a store has opened. */
  unavailable: channel('resession:unavailable'),
  /** The circuit breaker has closed. */
  available: channel('resession:available'),
} as const

export function notice(name: keyof typeof CHANNELS, message: Notice = {}): void {
  if (CHANNELS[name].hasSubscribers) CHANNELS[name].publish(message)
}
