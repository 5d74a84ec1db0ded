import debugFor = require('debug')

/** The name of express-session, which apps ask for, and the name of this package. */
const theirs = debugFor('express-session')
const ours = debugFor('resession')

/** Prints a line, once if both names are enabled. */
export function debug(format: string, value?: unknown): void {
  // Mostly no name of any package is enabled, and `enabled` asks more than this
  if (debugFor.names.length === 0) return
  const channel = theirs.enabled ? theirs : ours
  if (!channel.enabled) return
  if (value === undefined) channel(format)
  else channel(format, value)
}
