/** Silences the console: koa-session-ts logs ordinary events, koa-sess failures. */
export function silenced(): { end: () => void } {
  const { warn, error } = console
  console.warn = console.error = () => {}
  return { end: () => Object.assign(console, { warn, error }) }
}
