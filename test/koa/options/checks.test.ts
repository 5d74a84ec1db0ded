import { expect } from 'chai'
import { MemoryStore } from '../../../lib'
import koaSession = require('../../../lib/koa')
import { KoaSession } from '../../../lib/koa/session/koa-session'
import { KoaSite } from '../site'

const methods = { get: () => {}, set: () => {}, destroy: () => {} }
const strings = { load: () => {}, save: () => {}, remove: () => {} }
const functions = { accepted: [() => 'a', function () {}], refused: ['a', 5, {}, true] }

/** The accepted and the refused values of each option. */
const PAIRS: Record<string, { accepted: unknown[]; refused: unknown[] }> = {
  name: { accepted: ['a', 'koa:sess'], refused: ['', 5, null] },
  store: {
    accepted: ['cookie', new MemoryStore(), methods, strings, () => methods],
    refused: ['memory', {}, null, 5, { ...methods, set: 5 }],
  },
  cookie: {
    accepted: [{}, { maxAge: 5 }, { maxAge: null }, { maxAge: 0 }, { maxAge: 'session' }],
    refused: [
      { maxAge: '1d' },
      { maxAge: -1 },
      { path: 'a;b' },
      { priority: 1 },
      { sameSite: 5 },
      { expires: new Date(NaN) },
      'secure',
      5,
      () => ({}),
    ],
  },
  maxAge: { accepted: [5, null, 'session'], refused: ['1d', NaN, {}] },
  ttl: { accepted: [0, 60_000, () => 5], refused: ['1d', -1, null] },
  transport: {
    accepted: [(way: unknown) => way],
    // The last one needs a store or `seal`
    refused: [{}, { get: () => '' }, 5, null, { get: () => '', set: () => {}, clear: () => {} }],
  },
  names: { accepted: ['koa-session', 'cookie', 'none'], refused: ['koa', '', 5, null] },
  decodeErrors: { accepted: ['new', 'throw'], refused: ['error', true, null] },
  record: { accepted: ['cookie', 'options', 'expiry', 'data'], refused: ['json', 'toString', 5, null] },
  reconnectTimeout: { accepted: [0, 10_000, Infinity, false], refused: ['10s', -1, NaN, 2 ** 31, null, true] },
  storeTimeout: { accepted: [1, Infinity], refused: ['10s', 0, NaN, null] },
  touchAfter: { accepted: [0, 1], refused: ['1s', -1, NaN, Infinity, null] },
  awaitTouch: { accepted: [true, false], refused: ['true', 1, 0, null] },
  concurrency: { accepted: ['auto', 'merge', 'off'], refused: ['on', '', null] },
  Session: { accepted: [KoaSession, class extends KoaSession {}], refused: [class {}, {}, 'Session', null] },
  seal: { accepted: ['secret', ['new', 'old'], Buffer.alloc(32, 1)], refused: ['', [], 5, null] },
  prefix: { accepted: ['', 'a:'], refused: [5, null] },
  idPrefix: { accepted: ['', 'a:'], refused: [5, null] },
  genid: functions,
  valid: functions,
  beforeSave: functions,
  onError: functions,
  encode: functions,
  decode: functions,
}

/** The message for refused values, if it does not name the option itself. */
const SAID: Record<string, string | RegExp> = {
  cookie: /^(cookie option must have attributes|option (path|priority|sameSite) is invalid)/,
  maxAge: 'cookie option must have attributes, and a maxAge that is a number, null or "session"',
  seal: 'secret option',
}

describe('koa options: accepted and refused values', () => {
  for (const [option, { accepted, refused }] of Object.entries(PAIRS)) {
    const set = (value: unknown) => (): KoaSite => new KoaSite({ [option]: value }, () => {})

    it(`${option} may be missing, or one of ${accepted.length} values`, () => {
      for (const value of [undefined, ...accepted]) expect(set(value)).to.not.throw()
    })

    it(`${option} refuses ${refused.length} other values when the app starts`, () => {
      for (const value of refused) expect(set(value), JSON.stringify(value)).to.throw(TypeError, SAID[option] ?? `${option} option must`)
    })
  }
})

describe('koa options: the arguments of the middleware', () => {
  const app = { context: {}, keys: ['keyboard cat'], on: () => {} }

  for (const given of [[], [undefined, app], [null, app], [{}, app], [{}, null], [app], [app, null], [app, {}]]) {
    it(`accepts ${JSON.stringify(given)}`, () => {
      expect(() => (koaSession as (...given: unknown[]) => unknown)(...given)).to.not.throw()
    })
  }

  for (const given of [{}, 'app', 5, () => {}]) {
    it(`refuses ${typeof given} ${JSON.stringify(given)} in place of the app`, () => {
      expect(() => koaSession({}, given as never)).to.throw(TypeError, 'app must be a Koa app; write session(options, app)')
    })
  }
})
