import { expect } from 'chai'
import { inspect } from 'node:util'
import type { KoaContext } from './koa-app'
import { LINEAGES } from './lineages'
import { bodies, sideBySide, type Looks } from './side-by-side'

type Data = Record<string, unknown>

const session = (ctx: KoaContext): Data => ctx.session as Data

/** Names of express-session, of koa-session, of this package, and names that apps use for flags and fields. */
const NAMES = [
  ...['id', 'req', 'cookie', 'save', 'touch', 'reload', 'destroy', 'regenerate', 'resetMaxAge'],
  ...['isNew', 'maxAge', 'length', 'populated', 'externalKey', 'commit', 'manuallyCommit', 'toJSON', 'inspect'],
  ...[
    'update',
    'user',
    'data',
    'shown',
    'lifetime',
    'mustSave',
    'settings',
    'session',
    'take',
    'expires',
    'originalMaxAge',
    '$cookie',
    '$$cookie',
  ],
  ...['toString', 'hasOwnProperty', 'valueOf'],
]

const KOA_SESSIONS = ['maxAge', 'length', 'populated', 'externalKey', 'save', 'regenerate', 'manuallyCommit', 'commit', 'toJSON', 'isNew']

/** Members of koa-session's classes that apps do not use. */
const PRIVATE = /^_|^constructor$|^isNew$/

function namesOf(object: object): string[] {
  const names = new Set<string>()
  for (let holder: object | null = object; holder && holder !== Object.prototype; holder = Object.getPrototypeOf(holder) as object | null) {
    for (const name of Object.getOwnPropertyNames(holder)) if (!PRIVATE.test(name)) names.add(name)
  }
  return [...names].sort()
}

const looksFor = (name: string): Looks => {
  const look = (ctx: KoaContext): unknown => [typeof session(ctx)[name], name in session(ctx)]
  return {
    read: look,
    value: ctx => session(ctx)[name] ?? 'nothing',
    set: ctx => ((session(ctx)[name] = 'mine'), look(ctx)),
    delete: ctx => (delete session(ctx)[name], look(ctx)),
  }
}

function reservedIn(lineage: string): readonly string[] {
  if (/^koa-session [67]/.test(lineage)) return KOA_SESSIONS
  return /^koa-(generic-session|session-ts)/.test(lineage) ? ['cookie'] : []
}

for (const lineage of LINEAGES) {
  const reserved = reservedIn(lineage.name)

  describe(`koa lineages: names in ctx.session, ${lineage.name}`, () => {
    it('are those of the older middleware, and no others', async () => {
      const looks: Looks = { names: ctx => namesOf(session(ctx)), keys: ctx => Object.keys(session(ctx)).filter(key => !PRIVATE.test(key)) }
      const { original, preset } = bodies(await sideBySide(lineage, looks, ['/names', '/keys']))
      expect(preset).to.deep.equal(original)
    })

    it('appear in JSON, console.log, Object.keys and spread as with the older middleware', async () => {
      const looks: Looks = {
        set: ctx => Object.assign(session(ctx), { a: 1, list: [1] }) && 'set',
        json: ctx => JSON.stringify(session(ctx)),
        log: ctx => inspect(session(ctx)),
        spread: ctx => Object.keys({ ...session(ctx) }).filter(key => !PRIVATE.test(key)),
        in: ctx => {
          const keys: string[] = []
          for (const key in session(ctx)) if (!PRIVATE.test(key)) keys.push(key)
          return keys
        },
        assigned: ctx => JSON.stringify(Object.assign({}, JSON.parse(JSON.stringify(session(ctx))))),
      }
      const { original, preset } = bodies(
        await sideBySide(lineage, looks, ['/json', '/log', '/set', '/json', '/log', '/spread', '/in', '/assigned']),
      )
      expect(preset).to.deep.equal(original)
    })

    for (const name of NAMES) {
      if (reserved.includes(name)) {
        it(`${name} is the same as in the older middleware`, async () => {
          const { original, preset } = bodies(await sideBySide(lineage, looksFor(name), ['/read', '/read']))
          expect(preset).to.deep.equal(original)
        })
      } else {
        it(`${name} is data: undefined by default, stored when set, and removed when deleted`, async () => {
          const { original, preset } = bodies(
            await sideBySide(lineage, looksFor(name), ['/read', '/set', '/value', '/read', '/delete', '/read', '/value']),
          )
          expect(preset).to.deep.equal(original)
        })
      }
    }
  })
}
