import { koaGenericSession, koaSession, koaSessionStore, koaSessionTs } from '../../../lib/koa-presets'
import type { KoaCookieOptions } from '../../../lib/koa/cookies/cookie-options'
import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'
import { Koa2, Koa3, ORIGINALS, type KoaClass, type Middleware } from './koa-app'
import { SCENARIOS, type Need, type Scenario } from './scenarios'
import { JsonStore, PromiseStore, type TracedStore } from './traced-stores'

/** Options that all of them support, in our spelling. */
export interface Neutral extends Pick<
  AnySpelling,
  'name' | 'rolling' | 'valid' | 'beforeSave' | 'errorHandler' | 'allowEmpty' | 'defer' | 'renew' | 'externalKey' | 'sessionIdStore'
> {
  readonly cookie?: Pick<KoaCookieOptions, 'maxAge' | 'signed'>
}

/** One older middleware in one of its modes, and our preset for it. */
export interface Lineage {
  readonly name: string
  readonly Koa: KoaClass
  readonly original: Middleware
  readonly preset: Middleware
  /** The default name of its cookie. */
  readonly cookie: string
  /** The class of its store; missing for sessions in the cookie. */
  readonly Store?: new () => TracedStore
  /** The options and abilities that it lacks. */
  readonly lacks?: readonly (keyof Neutral | Need)[]
  /** The events of its stores for disconnect and connect. */
  readonly outage?: readonly [leaves: string, comes: string]
  /** The options of a scenario in its spelling. */
  readonly words: (options: Neutral) => AnySpelling
}

// Each with options of its own, because koa-session-store changes them
const flat: Lineage['words'] = ({ name: key, cookie, ...others }) => said({ key, ...cookie, ...others })
const nested: Lineage['words'] = ({ name: key, cookie, ...others }) => said({ key, cookie: cookie && { ...cookie }, ...others })
/** Without signed, it does not sign if it has any cookie options. */
const cookieOptions: Lineage['words'] = ({ name: key, cookie, ...others }) =>
  said({ key, cookieOptions: cookie && { signed: true, ...cookie }, ...others })
const ours: Lineage['words'] = ({ cookie, ...others }) => said({ cookie: cookie && { ...cookie }, ...others })

function said(values: AnySpelling): AnySpelling {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

const preset = (given: unknown): Middleware => given as Middleware

const session7 = {
  lacks: ['errorHandler', 'allowEmpty', 'sessionSave', 'defer', 'sessionIdStore', 'outage'],
  Koa: Koa3,
  original: ORIGINALS.koaSession7.create,
  preset: preset(koaSession),
  cookie: 'koa.sess',
  words: flat,
} as const
const session6 = { ...session7, Koa: Koa2, original: ORIGINALS.koaSession6.create } as const
const store2 = {
  lacks: [
    ...(['rolling', 'regenerate', 'valid', 'beforeSave', 'errorHandler', 'allowEmpty', 'sessionSave'] as const),
    ...(['defer', 'renew', 'externalKey', 'sessionIdStore', 'ContextStore', 'outage'] as const),
  ],
  Koa: Koa2,
  original: ORIGINALS.koaSessionStore.create,
  preset: preset(koaSessionStore),
  cookie: 'koa:sess',
  words: ours,
} as const
const generic = {
  lacks: ['renew', 'externalKey', 'ContextStore'],
  outage: ['disconnect', 'connect'],
  Koa: Koa3,
  original: ORIGINALS.koaGenericSession.create,
  preset: preset(koaGenericSession),
  cookie: 'koa.sid',
  words: nested,
} as const
const ts = {
  lacks: ['renew', 'externalKey', 'ContextStore', 'sessionIdStore'],
  outage: ['DISCONNECT', 'CONNECT'],
  Koa: Koa3,
  original: ORIGINALS.koaSessionTs.create,
  preset: preset(koaSessionTs),
  cookie: 'koa.sid',
  words: cookieOptions,
} as const

export const LINEAGES: readonly Lineage[] = [
  { name: 'koa-session 7, cookie', ...session7 },
  { name: 'koa-session 7, store', ...session7, Store: PromiseStore },
  { name: 'koa-session 6, cookie', ...session6 },
  { name: 'koa-session 6, store', ...session6, Store: PromiseStore },
  { name: 'koa-generic-session 2', ...generic, Store: PromiseStore },
  { name: 'koa-session-store 2, cookie', ...store2 },
  { name: 'koa-session-store 2, store', ...store2, Store: JsonStore },
  { name: 'koa-session-ts 0.2', ...ts, Store: PromiseStore },
]

/** The scenarios that a lineage supports. */
export function scenariosOf({ Store, lacks = [] }: Lineage): readonly Scenario[] {
  return SCENARIOS.filter(({ needs = [], options, changes }) => {
    if (needs.includes('store') && !Store) return false
    const wanted = [...needs, ...Object.keys({ ...options, ...changes })]
    return !lacks.some(lacked => wanted.includes(lacked))
  })
}
