import { expect } from 'chai'
import Koa = require('koa')
import session = require('../../lib')
import koaSession = require('../../lib/koa')
import { OPTIONS as CONNECT_OPTIONS } from '../../lib/connect/option-names'
import type { CookieOptions } from '../../lib/core/record/cookie'
import type { KoaOptions } from '../../lib/koa/settings/koa-options'
import { OPTIONS as KOA_OPTIONS } from '../../lib/koa/settings/option-names'
import { pageOf } from '../support/docs/pages'

/** The older name has no heading of its own. */
const { key: _, ...OF_CONNECT } = CONNECT_OPTIONS

/** The compiler reports a missing one. The two that are left out exist only for their types. */
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
  Koa: { file: 'docs/koa.md', under: '## Options', level: 3, options: KOA_OPTIONS },
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
