import { ROOT_CONTEXT } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { turns, useServers, Wire } from '../support/wire'
import { compress } from './compression'
import type { Patch } from './patching-middleware'
import { stage } from './stage'

type Listener = ((...args: unknown[]) => void) & { listener?: unknown }

type Methods = Record<
  'on' | 'once' | 'addListener' | 'prependListener' | 'off' | 'removeListener',
  (event: string, listener: Listener) => unknown
>

/** What a middleware before the session has done to the methods that add listeners. */
const BEFORE: Record<string, Patch> = {
  'no middleware': () => {},
  'the context manager of OpenTelemetry': (_, res) => void new AsyncLocalStorageContextManager().bind(ROOT_CONTEXT, res),
  'one whose on binds listeners': (_, res) => {
    const patched = res as unknown as Methods
    const { on } = patched
    patched.on = (event, listener) => {
      const bound = (...args: unknown[]): void => listener.apply(res, args)
      return on.call(res, event, Object.assign(bound, { listener: listener.listener ?? listener }))
    }
  },
  'one whose on passes listeners on': (_, res) => {
    const patched = res as unknown as Methods
    const { on } = patched
    patched.on = (event, listener) => on.call(res, event, listener)
  },
  'compression, which adds them to its own stream': compress,
}

describe("connect: listeners for 'drain'", () => {
  useServers()

  /** How often a listener was called after a write that waited. */
  const callsOf = async (patch: Patch, add: (res: Methods, listener: Listener) => unknown): Promise<number> => {
    let calls = 0
    let response: ServerResponse | undefined
    const { server, store } = await stage(
      'saved',
      (_, res) => {
        response = res
        add(res as unknown as Methods, () => calls++)
        res.write('text')
      },
      patch,
    )
    const wire = (await Wire.to(server)).get()
    await Promise.race([store.waits(), wire.until(text => text !== '')])
    await turns()
    store.open = true
    store.release()
    await turns()
    response?.end()
    await wire.answer()
    return calls
  }

  for (const [before, patch] of Object.entries(BEFORE)) {
    for (const name of ['on', 'once', 'addListener', 'prependListener'] as const) {
      it(`are called once after a write that waited, behind ${before}, if res.${name} added them`, async () => {
        expect(await callsOf(patch, (res, listener) => res[name]('drain', listener))).to.equal(1)
      })
    }

    for (const name of ['off', 'removeListener'] as const) {
      for (const added of ['on', 'once'] as const) {
        it(`are not called, behind ${before}, after res.${added} and res.${name}`, async () => {
          const calls = await callsOf(patch, (res, listener) => [res[added]('drain', listener), res[name]('drain', listener)])
          expect(calls).to.equal(0)
        })
      }
    }

    it(`are called as often as they were added, behind ${before}, if others were removed`, async () => {
      const calls = await callsOf(patch, (res, listener) => {
        const other = (): void => listener()
        for (const each of [listener, other]) res.on('drain', each)
        res.off('drain', other)
      })
      expect(calls).to.equal(1)
    })
  }
})
