import debugFor = require('debug')

/** The namespace of express-session, which apps enable, and that of this package. */
const theirs = debugFor('express-session')
const ours = debugFor('resession')

/** Prints a line, once if both names are enabled. */
export function debug(format: string, value?: unknown): void {
  // Usually no namespace is enabled, and `enabled` takes longer than this
  if (debugFor.names.length === 0) return
  const channel = theirs.enabled ? theirs : ours
  if (!channel.enabled) return
  if (value === undefined) channel(format)
  else channel(format, value)
}
