import { channel } from 'node:diagnostics_channel'

/** What a message says: names of keys, and never values or ids. */
export interface Notice {
  readonly keys?: readonly string[]
  /** As the store has it. */
  readonly error?: unknown
}

/** Where the process can hear of what else nobody would notice. */
const CHANNELS = {
  /** A save has kept what another request wrote meanwhile. */
  merged: channel('resession:merged'),
  /** Two requests gave `keys` different values; those of the later one are stored. */
  conflict: channel('resession:conflict'),
  /** A save or a touch came to nothing, because the session is no more. */
  interrupted: channel('resession:interrupted'),
  /** The store has failed to move an expiry, when the request was answered. */
  untouched: channel('resession:untouched'),
  /** A request goes on without its session, which could not be read. */
  anonymous: channel('resession:anonymous'),
  /** A store does not answer, and is left alone for a second at a time. */
  unavailable: channel('resession:unavailable'),
  /** It answers again. */
  available: channel('resession:available'),
} as const

export function publish(name: keyof typeof CHANNELS, message: Notice = {}): void {
  if (CHANNELS[name].hasSubscribers) CHANNELS[name].publish(message)
}
