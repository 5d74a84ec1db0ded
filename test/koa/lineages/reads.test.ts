import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'
import type { KoaContext } from './koa-app'
import { LINEAGES, type Lineage } from './lineages'
import { bodies, sideBySide, type Looks } from './side-by-side'

type Data = Record<string, unknown>

const session = (ctx: KoaContext): Data => ctx.session as Data
const isKoaSession = ({ name }: Lineage): boolean => /^koa-session [67]/.test(name)
const isGeneric = ({ name }: Lineage): boolean => /^koa-(generic-session|session-ts)/.test(name)

/** A value as text, with NaN and values that JSON omits. */
const said = (value: unknown): string => (typeof value === 'function' ? 'a function' : inspect(value, { sorted: true }))

const MEMBERS = ['maxAge', 'isNew', 'length', 'populated', 'externalKey', 'save', 'cookie', 'id'] as const

/** IDs differ. A session that is not new has `undefined` in koa-session 6, and `false` in 7. */
function shown(name: string, value: unknown): string {
  if (name === 'externalKey' && value) return 'an ID'
  return said(name === 'isNew' ? value === true : value)
}

/** The options of the cookie of this session, of koa-generic-session. */
const cookieOf = (ctx: KoaContext): Data => session(ctx).cookie as Data

/** The options of koa-session for this request. */
const optionsOf = (ctx: KoaContext): Data => (ctx as unknown as { sessionOptions: Data }).sessionOptions

/** Each member, and the whole object. */
const look = (ctx: KoaContext): unknown => {
  const s = ctx.session as Data | null | undefined
  if (!s) return said(s)
  const members = MEMBERS.map(name => `${name}: ${shown(name, s[name])}`)
  return [
    ...members,
    'externalKey' in s ? `option: ${said(optionsOf(ctx).maxAge)}` : '',
    `JSON: ${JSON.stringify(s)}`,
    `log: ${inspect(s)}`,
    `toJSON: ${said((s.toJSON as (() => object) | undefined)?.call(s))}`,
  ]
}

const set = (value: unknown) => (ctx: KoaContext) => ((session(ctx).maxAge = value), look(ctx))

const LOOKS: Looks = {
  look,
  fill: ctx => (Object.assign(session(ctx), { a: 1, f: [1, { b: null }] }), look(ctx)),
  function: ctx => (Object.assign(session(ctx), { f: () => 1 }), JSON.stringify(session(ctx))),
  null: ctx => ((ctx.session = null), said(ctx.session)),
  empty: ctx => ((ctx.session = {}), look(ctx)),
  assign: ctx => ((ctx.session = { b: 1 } as never), look(ctx)),
  afterNull: ctx => ((ctx.session = null), (ctx.session = { b: 1 } as never), look(ctx)),
  minute: set(60_000),
  least: ctx => set(Math.min(session(ctx).maxAge as number, 60_000))(ctx),
  itself: ctx => set(session(ctx).maxAge)(ctx),
  option: ctx => ((optionsOf(ctx).maxAge = 60_000), (session(ctx).a = 3), look(ctx)),
  zero: set(0),
  nothing: set(undefined),
  none: set(null),
  word: set('session'),
  save: async ctx => ((session(ctx).a = 2), await (session(ctx).save as () => Promise<void>)(), look(ctx)),
  regenerate: async ctx => {
    const before = session(ctx)
    await (before.regenerate as () => Promise<void>)()
    return [before === session(ctx), look(ctx)]
  },
  cookieMinute: ctx => ((cookieOf(ctx).maxAge = 60_000), look(ctx)),
  cookieNull: ctx => ((cookieOf(ctx).maxAge = null), look(ctx)),
  isNewSet: ctx => ((session(ctx).isNew = true), look(ctx)),
}

/** Each form of an option, by lineage. */
function formsOf(lineage: Lineage): Record<string, AnySpelling> {
  if (isKoaSession(lineage)) {
    return {
      'no options': {},
      'a maxAge': { maxAge: 10_000 },
      'the older maxage': { maxage: 10_000 } as AnySpelling,
      'maxAge "session"': { maxAge: 'session' },
      rolling: { maxAge: 10_000, rolling: true },
      renew: { maxAge: 10_000, renew: true },
      'autoCommit off': { autoCommit: false },
    }
  }
  if (isGeneric(lineage)) {
    const cookie = (given: AnySpelling['cookie']): AnySpelling =>
      /ts/.test(lineage.name) ? { cookieOptions: { signed: true, ...given } } : { cookie: { ...given } }
    return {
      'no options': {},
      'a maxAge': cookie({ maxAge: 10_000 }),
      'a path and more': cookie({ path: '/', httpOnly: false, sameSite: 'lax' }),
      'a maxAge of null': cookie({ maxAge: null }),
      'rolling, allowEmpty': { rolling: true, allowEmpty: true },
    }
  }
  return { 'no options': {}, 'a cookie': { cookie: { httpOnly: false, path: '/' } } }
}

const VISITS: Record<string, readonly string[]> = {
  'new, then filled, then returning': ['look', 'fill', 'look', 'look'],
  'functions in it': ['function', 'look'],
  'set to null, and after': ['fill', 'null', 'look'],
  'set to an empty object': ['empty', 'fill', 'empty', 'look'],
  'set to an object': ['assign', 'look', 'assign', 'look'],
  'set to null and to an object': ['fill', 'afterNull', 'look'],
}

const OF_KOA_SESSION: Record<string, readonly string[]> = {
  'maxAge set': ['fill', 'minute', 'look', 'look'],
  'maxAge set in a new session': ['minute', 'look'],
  'maxAge lowered to a minute': ['least', 'fill', 'least', 'look'],
  'maxAge set to what it is': ['itself', 'fill', 'itself', 'look'],
  'maxAge set in ctx.sessionOptions': ['option', 'look', 'fill', 'look'],
  'maxAge set to 0': ['zero', 'look', 'zero', 'look'],
  'maxAge set to undefined': ['nothing', 'fill', 'nothing', 'look'],
  'maxAge set to null': ['none', 'fill', 'none', 'look'],
  'maxAge set to "session"': ['word', 'look', 'fill', 'look'],
  saved: ['save', 'save', 'look'],
  regenerated: ['regenerate', 'fill', 'regenerate', 'look'],
  'isNew set': ['isNewSet', 'fill', 'look', 'isNewSet', 'look'],
}

const OF_GENERIC: Record<string, readonly string[]> = {
  'cookie.maxAge set to null': ['fill', 'cookieNull', 'look', 'fill', 'look', 'look'],
  'cookie.maxAge set to a minute': ['fill', 'cookieMinute', 'look', 'fill', 'cookieNull', 'look'],
}

interface Different {
  /** The reason in docs/compatibility.md. */
  readonly why: string
  readonly shows: (lineage: Lineage, options: string, course: string) => boolean
}

const inCookie = (lineage: Lineage): boolean => isKoaSession(lineage) && !lineage.Store

/** Values in which a preset differs intentionally. */
const DIFFERENT: readonly Different[] = [
  {
    why: 'An empty object that takes the place of a session in the cookie is saved',
    shows: (lineage, options, course) => inCookie(lineage) && options !== 'autoCommit off' && course === 'set to an empty object',
  },
  {
    why: 'A session in the cookie is read before an object takes its place, and keeps its lifetime',
    shows: (lineage, options, course) =>
      inCookie(lineage) && options === 'no options' && ['set to an object', 'set to null and to an object'].includes(course),
  },
  {
    why: '`maxAge` that is set to NaN is one day, and no error',
    shows: (lineage, options, course) =>
      isKoaSession(lineage) && /^no options|"session"/.test(options) && course === 'maxAge lowered to a minute',
  },
  {
    why: '`maxAge` that is set to null ends the session with the browser, as the option does',
    shows: (lineage, options, course) => isKoaSession(lineage) && !/^no|off/.test(options) && course === 'maxAge set to null',
  },
  {
    why: '`maxAge` that is "session" is read as that after a save, too',
    shows: (lineage, options, course) => isKoaSession(lineage) && /"session"/.test(options) && ['saved', 'regenerated'].includes(course),
  },
  {
    why: 'Functions are no data, as in koa-session 7: a session that has nothing else is empty',
    shows: (lineage, options, course) =>
      /^koa-session 6/.test(lineage.name) && options !== 'autoCommit off' && course === 'functions in it',
  },
  {
    why: 'The options of a cookie outlive an assignment to `ctx.session`',
    shows: (lineage, _, course) => isGeneric(lineage) && /^set to (an|null and)/.test(course),
  },
]

const COMPATIBILITY = readFileSync(join(__dirname, '../../../docs/compatibility.md'), 'utf8')

for (const lineage of LINEAGES) {
  describe(`koa lineages: the members of a session, ${lineage.name}`, () => {
    for (const [what, options] of Object.entries(formsOf(lineage))) {
      for (const [course, visits] of Object.entries({
        ...VISITS,
        ...(isKoaSession(lineage) && OF_KOA_SESSION),
        ...(isGeneric(lineage) && OF_GENERIC),
      })) {
        it(`with ${what}: ${course}`, async () => {
          const sides = await sideBySide(
            lineage,
            LOOKS,
            visits.map(visit => `/${visit}`),
            { options },
          )
          const { original, preset } = bodies(sides)
          const different = DIFFERENT.find(({ shows }) => shows(lineage, what, course))
          if (!different) return expect(preset).to.deep.equal(original)
          expect(preset).to.not.deep.equal(original)
          expect(COMPATIBILITY).to.include(`- ${different.why}`)
        })
      }
    }
  })
}
