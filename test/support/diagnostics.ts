import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** The messages of these channels in each test of the suite that it is called in, in order. */
export function useDiagnostics(...channels: string[]): [channel: string | symbol, message: unknown][] {
  const heard: [string | symbol, unknown][] = []
  const hear = (message: unknown, channel: string | symbol): void => void heard.push([channel, message])
  beforeEach(() => {
    heard.splice(0)
    for (const channel of channels) subscribe(channel, hear)
  })
  afterEach(() => {
    for (const channel of channels) unsubscribe(channel, hear)
  })
  return heard
}
