import { expect } from 'chai'
import { ATTRIBUTES, type AnySpelling } from '../../../lib/koa/settings/option-aliases'
import { PRESETS, presetOptions, type Preset } from '../../../lib/koa/legacy/presets'
import { useDiagnostics } from '../../support/diagnostics'
import { useWarnings } from '../../support/warnings'
import type { KoaApp, KoaContext, Middleware } from './koa-app'
import { LINEAGES, type Lineage } from './lineages'
import { externalKey, sessionIdStore } from './own-ways'
import { serve, type Answer } from './serve'
import { silenced } from './silenced'
import { contextStore, PromiseStore, type TracedStore } from './traced-stores'

type Options = Readonly<Record<string, unknown>>

const COOKIE = { path: '/', httpOnly: false, maxAge: 50_000, signed: true }

/** Each option of the older middlewares, with a value that a request shows. */
const VALUES: Options = {
  ...{ name: 'other', key: 'other', cookie: COOKIE, cookieOptions: COOKIE, maxAge: 50_000, maxage: 50_000, expires: new Date(9e12) },
  ...{ path: '/other', domain: 'example.com', secure: true, httpOnly: false, sameSite: 'lax', priority: 'high', partitioned: true },
  ...{ signed: false, overwrite: false, ttl: 50_000, prefix: 'other:', defer: true, rolling: true, renew: true, allowEmpty: true },
  ...{ autoCommit: false, genid: () => 'chosen', genSid: () => 'chosen', valid: () => false, encode: () => 'x', decode: () => ({ b: 1 }) },
  ...{ errorHandler: () => {}, beforeSave: (_: unknown, session: object) => void Object.assign(session, { b: 1 }) },
  ...{ externalKey, sessionIdStore, ContextStore: contextStore(new PromiseStore()) },
}

const GENERIC = ['key', 'defer', 'rolling', 'allowEmpty', 'genSid', 'errorHandler', 'valid', 'beforeSave']
const SESSION = [
  ...['key', 'maxage', 'prefix', 'rolling', 'renew', 'autoCommit', 'genid', 'valid', 'encode', 'decode', 'beforeSave'],
  ...['externalKey', 'ContextStore', ...ATTRIBUTES],
]

/** The options that each of them has. */
const OWN: Record<keyof typeof PRESETS, readonly string[]> = {
  koaSession: SESSION,
  koaGenericSession: [...GENERIC, 'cookie', 'ttl', 'prefix', 'sessionIdStore'],
  koaSessionStore: ['name', 'cookie'],
  koaSessionTs: [...GENERIC, 'cookieOptions'],
}

/** Options that no older middleware has. */
const OURS: Options = {
  ...{
    saveUninitialized: true,
    idleTimeout: 60_000,
    absoluteTimeout: 120_000,
    touchAfter: 5,
    storeTimeout: 5,
    resign: true,
    hashIds: true,
  },
  ...{ concurrency: 'off', diagnostics: true, onError: () => {}, skip: () => false, reconnectTimeout: 5, transport: {} },
}

const namesOf = (preset: keyof typeof PRESETS): string[] => Object.keys(VALUES).filter(name => !OWN[preset].includes(name))

function presetOf({ name }: Lineage): keyof typeof PRESETS {
  if (/^koa-session \d/.test(name)) return 'koaSession'
  if (name.startsWith('koa-generic')) return 'koaGenericSession'
  return name.startsWith('koa-session-ts') ? 'koaSessionTs' : 'koaSessionStore'
}

/** The requests of a browser: its cookies without values, and the calls of the store without IDs. */
async function observed({ Koa, Store }: Lineage, create: Middleware, options: Options): Promise<unknown> {
  const store = Store && new Store()
  const app = new Koa()
  Object.assign(app, { silent: true, keys: ['a key'] } satisfies Partial<KoaApp>)
  const silence = silenced()
  try {
    app.use(create({ ...options, ...(store && { store: store as never }) } as AnySpelling, app)).use((ctx: KoaContext) => {
      if (ctx.path === '/fill') Object.assign(ctx.session as object, { a: 1 })
      const { cookie: _, ...data } = JSON.parse(JSON.stringify(ctx.session)) as { cookie?: unknown }
      ctx.body = JSON.stringify(data)
    })
    const answers = await serve(app, [{ path: '/read' }, { path: '/fill' }, { path: '/read' }])
    return { answers: answers.map(told), calls: callsOf(store) }
  } finally {
    silence.end()
  }
}

function told({ status, body, lines }: Answer): unknown {
  const cookies = lines.map(line => {
    const [pair = '', ...attributes] = line.split('; ')
    const lasting = attributes.map(text =>
      text.startsWith('expires=') ? Math.round((Date.parse(text.slice(8)) - Date.now()) / 10_000) : text,
    )
    return [pair.split('=')[0], ...lasting]
  })
  return [status, body, ...cookies]
}

function callsOf(store: TracedStore | undefined): unknown {
  return store?.calls.map(({ call, id, ttl }) => [call, id.replace(/[\w-]{15,}$/, 'an id'), ttl])
}

for (const lineage of LINEAGES) {
  describe(`koa lineages: options of other middlewares, ${lineage.name}`, () => {
    for (const option of namesOf(presetOf(lineage))) {
      it(`${option} is ignored, as in the older middleware`, async () => {
        const options = { [option]: VALUES[option] }
        expect(await observed(lineage, lineage.preset, options)).to.deep.equal(await observed(lineage, lineage.preset, {}))
        // koa-session sends its cookie under that name, and reads the one under `key`
        if (option === 'name' && lineage.name.startsWith('koa-session ')) return
        expect(await observed(lineage, lineage.original, options)).to.deep.equal(await observed(lineage, lineage.original, {}))
      })
    }
  })
}

describe('koa lineages: options of other middlewares', () => {
  const warnings = useWarnings()
  const published = useDiagnostics('resession:option-mistake')

  for (const [name, preset] of Object.entries(PRESETS) as [keyof typeof PRESETS, Preset][]) {
    for (const option of namesOf(name)) {
      it(`${name} reports ${option}, once in a process`, () => {
        for (let i = 0; i < 2; i++) presetOptions(preset, { [option]: VALUES[option] })
        const about = { reason: 'unknown-option', code: 'RESESSION_UNKNOWN_OPTION', name: preset.defaults.name }
        expect(published).to.deep.equal(Array(2).fill(['resession:option-mistake', about]))
        expect(warnings.map(({ message }) => message.split(';')[0])).to.deep.equal([
          `Session option ${option} is unknown to ${preset.replaces} and ignored`,
        ])
      })
    }

    for (const option of [...OWN[name], ...Object.keys(OURS)]) {
      it(`${name} does not report ${option}`, () => {
        const given = { ...VALUES, ...OURS }[option]
        const silence = silenced()
        const options: object = presetOptions(preset, { [option]: given } as AnySpelling)
        silence.end()
        expect(published).to.deep.equal([])
        if (option in OURS) expect(options).to.have.property(option, given)
      })
    }
  }

  it('are not reported if they are not given, nor with diagnostics: false', () => {
    presetOptions(PRESETS.koaSessionStore, { key: undefined, valid: false as never, ttl: 0 })
    presetOptions(PRESETS.koaSessionStore, { rolling: true, diagnostics: false })
    expect(warnings).to.deep.equal([])
  })
})
