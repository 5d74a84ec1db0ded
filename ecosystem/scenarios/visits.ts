import { equal, notEqual, ok } from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { StoreScenario } from './scenario'

/** A login gets a new ID, never that of another client, and lasts. */
export const login: StoreScenario = async ({ visitor }) => {
  const ada = await visitor()
  await ada.get('count')
  const before = ada.cookie
  equal(await ada.get('login/ada'), 'ada')
  notEqual(ada.cookie, before)
  equal(await ada.get('who'), 'ada')
  equal(await ada.get('lifetime'), 'number')
  equal(await ada.get('count'), '1')
  const thief = await visitor()
  thief.cookie = before
  equal(await thief.get('who'), 'guest')
}

export const logout: StoreScenario = async ({ visitor }) => {
  const ada = await visitor()
  await ada.get('login/ada')
  const { cookie } = ada
  await ada.get('logout')
  ada.cookie = cookie
  equal(await ada.get('who'), 'guest')
}

/** Two lifetimes of `shortest`: a younger session exists, an older one does not. */
export const expiry: StoreScenario = async ({ visitor, published: { shortest = 1000 } }) => {
  const ada = await visitor(shortest * 2)
  await ada.get('count')
  equal(await ada.get('count'), '2')
  await pause(shortest * 3.5)
  equal(await ada.get('count'), '1')
}

/** A client that only reads, often enough, keeps its session. */
export const touch: StoreScenario = async ({ visitor, published: { shortest = 1000 } }) => {
  const ada = await visitor(shortest * 3)
  await ada.get('count')
  for (let look = 0; look < 4; look++) {
    await pause(shortest * 1.2)
    equal(await ada.get('look'), '1')
  }
}

/** Every request gets a response, none fails, and some of the keys are kept. */
export const parallel: StoreScenario = async ({ visitor }) => {
  const ada = await visitor()
  await ada.get('count')
  await Promise.all(Array.from({ length: 50 }, (_, number) => ada.get(`key/${number}`)))
  ok(Number(await ada.get('keys')) > 0, 'no key was kept')
  equal(await ada.get('look'), '1')
}
