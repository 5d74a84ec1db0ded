import debugFor = require('debug')

/** Upstream's name, by which apps ask for it. */
const channel = debugFor('express-session')

/** What nobody listens to costs no more than the question. */
export function debug(format: string, value?: unknown): void {
  if (!channel.enabled) return
  if (value === undefined) channel(format)
  else channel(format, value)
}
