import { equal, ok } from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { Visitor } from '../visitor'
import type { StoreScenario } from './scenario'

/** The maximum time until a store works again after its engine is back, in milliseconds. */
const COMEBACK = 20_000
/** The duration of the outage. */
const AWAY = 500

/**
 * The engine goes away and comes back between requests. Each request gets a response, of any status, and the session exists afterwards. If the engine
 * forgets it, a new login works.
 */
export const outage: StoreScenario = async ({ visitor, engine, published: { forgets } }) => {
  if (!engine) return
  const ada = await visitor()
  await ada.get('login/ada')
  const { cookie } = ada
  await engine.stop()
  // Some clients report at once that there is no connection, others wait for one
  const meanwhile = Array.from({ length: 3 }, async () => ada.try('look', COMEBACK))
  await pause(AWAY)
  await engine.start()
  await Promise.all(meanwhile)
  ada.cookie = cookie
  const who = await comesBack(ada)
  if (!forgets) return equal(who, 'ada')
  equal(await ada.get('login/ada'), 'ada')
  equal(await ada.get('who'), 'ada')
}

async function comesBack(visitor: Visitor): Promise<string> {
  const patience = Date.now() + COMEBACK
  for (;;) {
    const { status, text } = await visitor.try('who', COMEBACK)
    if (status === 200) return text
    ok(Date.now() < patience, `still ${status} long after the engine is back: ${text}`)
    await pause(200)
  }
}
