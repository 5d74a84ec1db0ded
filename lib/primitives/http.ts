/** As much of a response as it takes to hear that nothing more can come of it. One of HTTP/2 says it of its stream. */
export interface Closing {
  readonly destroyed?: boolean
  readonly stream?: { readonly destroyed: boolean }
  readonly socket?: unknown
  on?(event: 'close', listener: () => void): unknown
}

/** When nothing more can come of the response. @returns false for one that will not say so: none of a connection */
export function whenClosed(res: Closing, act: () => void): boolean {
  const { stream = res } = res
  // It is said once
  if (stream.destroyed) act()
  else if (typeof res.on !== 'function' || !res.socket) return false
  else res.on('close', act)
  return true
}
