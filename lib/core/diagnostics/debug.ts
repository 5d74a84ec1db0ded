import debugFor = require('debug')

/** The name of express-session, which apps ask for, and the name of this package. */
const theirs = debugFor('express-session')
const ours = debugFor('resession')

/** Prints a line, once if both names are enabled. Without them it costs a comparison for each. */
export function debug(format: string, value?: unknown): void {
  const channel = theirs.enabled ? theirs : ours
  if (!channel.enabled) return
  if (value === undefined) channel(format)
  else channel(format, value)
}
