import { expect } from 'chai'
import Koa = require('koa')
import session = require('../../lib')
import koaSession = require('../../lib/koa')
import type { CookieOptions } from '../../lib/core/record/cookie'
import type { Options } from '../../lib/core/settings/options'
import type { KoaOptions } from '../../lib/koa/settings/koa-options'
import { pageOf } from '../support/docs/pages'

/** All options, here and below: the compiler reports a missing one. */
const OF_BOTH: Record<Exclude<keyof Options & keyof KoaOptions, 'key'>, true> = {
  store: true,
  seal: true,
  resign: true,
  name: true,
  cookie: true,
  genid: true,
  saveUninitialized: true,
  rolling: true,
  concurrency: true,
  storeTimeout: true,
  hashIds: true,
  touchAfter: true,
  idleTimeout: true,
  on: true,
  absoluteTimeout: true,
  renewAfter: true,
  grace: true,
  activity: true,
  userId: true,
  maxSessionsPerUser: true,
  describe: true,
  validate: true,
  awaitTouch: true,
  diagnostics: true,
  skip: true,
  readOnly: true,
  cacheControl: true,
  strict: true,
}

const OF_CONNECT: Record<Exclude<keyof Options, 'key'>, true> = {
  ...OF_BOTH,
  secret: true,
  resave: true,
  unset: true,
  onStoreError: true,
  saveErrors: true,
  proxy: true,
  clearCookie: true,
}

// These two exist only for their types
const OF_THE_COOKIE: Record<Exclude<keyof CookieOptions, 'signed' | 'encode'>, true> = {
  maxAge: true,
  expires: true,
  path: true,
  domain: true,
  httpOnly: true,
  secure: true,
  sameSite: true,
  priority: true,
  partitioned: true,
}

const OF_KOA: Record<keyof KoaOptions, true> = {
  ...OF_BOTH,
  idPrefix: true,
  prefix: true,
  ttl: true,
  renew: true,
  defer: true,
  autoCommit: true,
  valid: true,
  beforeSave: true,
  onError: true,
  reconnectTimeout: true,
  transport: true,
  encode: true,
  decode: true,
  decodeErrors: true,
  record: true,
  keepOnRegenerate: true,
  names: true,
  Session: true,
  cookieOnSave: true,
}

interface Described {
  readonly file: string
  /** The heading above the options, and the level of their own headings. */
  readonly under?: string
  readonly level: 2 | 3
  readonly options: Record<string, true>
}

const PAGES: Readonly<Record<string, Described>> = {
  'session()': { file: 'docs/options.md', level: 2, options: OF_CONNECT },
  'the cookie': { file: 'docs/options.md', under: '## cookie', level: 3, options: OF_THE_COOKIE },
  Koa: { file: 'docs/koa.md', under: '## Options', level: 3, options: OF_KOA },
}

/** The text under each heading of a level. */
function sectionsOf({ file, under, level }: Described): Map<string, string> {
  const page = pageOf(file).text
  const [, text = ''] = under ? page.split(`\n${under}\n`) : [undefined, page]
  const [part = ''] = under ? text.split(/^## /m) : [text]
  const [, ...sections] = part.split(new RegExp(`^${'#'.repeat(level)} `, 'm'))
  return new Map(
    sections.map(section => {
      const [heading = '', ...lines] = section.split('\n')
      return [heading, lines.join('\n').split(/^### /m)[0] as string]
    }),
  )
}

/** The value with which the default begins, if it is a literal. */
function defaultOf(section: string): { readonly value: unknown } | undefined {
  const literal = /\*\*Default:\*\* `((?:'[^`]*'|\{[^`]*\}|[\d_]+|true|false|null|undefined))`/.exec(section)?.[1]
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a literal of the documentation
  return literal === undefined ? undefined : { value: new Function(`return (${literal})`)() as unknown }
}

const STARTS: Readonly<Record<string, (option: string, value: unknown) => void>> = {
  'session()': (option, value) => session({ secret: 'a secret of enough bytes', [option]: value }),
  'the cookie': (option, value) => session({ secret: 'a secret of enough bytes', cookie: { [option]: value } }),
  Koa: (option, value) => {
    const app = new Koa()
    app.keys = ['a secret of enough bytes']
    koaSession({ store: new session.MemoryStore(), [option]: value } as KoaOptions, app)
  },
}

describe('docs: the options', () => {
  for (const [title, described] of Object.entries(PAGES)) {
    it(`of ${title} have one heading each, without other headings`, () => {
      expect([...sectionsOf(described).keys()]).to.have.members(Object.keys(described.options))
    })

    it(`of ${title} accept their defaults`, () => {
      const start = STARTS[title] as (option: string, value: unknown) => void
      for (const [option, section] of sectionsOf(described)) {
        const given = defaultOf(section)
        if (given) expect(() => start(option, given.value), option).to.not.throw()
      }
    })

    it(`of ${title} have a type, a default, and when to change it`, () => {
      for (const [option, section] of sectionsOf(described)) {
        for (const part of ['- **Type:** ', '- **Default:** ', '- **Change it:** ']) expect(section, option).to.include(part)
      }
    })
  }

  for (const title of ['session()', 'the cookie'] as const) {
    it(`of ${title} have an example that sets them`, () => {
      for (const [option, section] of sectionsOf(PAGES[title] as Described)) {
        expect(section, option).to.match(new RegExp(`\`\`\`js fragment\\n(?:(?!\`\`\`).)*\\b${option}\\b`, 's'))
      }
    })
  }
})
