/** koa-session-ts speaks to the console of ordinary events, koa-sess of failures. */
export function silenced(): { end: () => void } {
  const { warn, error } = console
  console.warn = console.error = () => {}
  return { end: () => Object.assign(console, { warn, error }) }
}
