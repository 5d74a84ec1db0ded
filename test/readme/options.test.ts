import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { CookieOptions } from '../../lib/core/cookie'
import type { Options } from '../../lib/core/option-types'
import type { KoaOptions } from '../../lib/koa/koa-options'

/** All of them: the compiler misses the one that is not here. */
const OF_CONNECT: Record<Exclude<keyof Options, 'key'>, true> = {
  secret: true,
  store: true,
  seal: true,
  resign: true,
  name: true,
  cookie: true,
  genid: true,
  resave: true,
  saveUninitialized: true,
  rolling: true,
  unset: true,
  concurrency: true,
  storeTimeout: true,
  onStoreError: true,
  saveErrors: true,
  touchAfter: true,
  awaitTouch: true,
  proxy: true,
}

// Those two are there for the sake of types alone
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
  concurrency: true,
  resign: true,
  storeTimeout: true,
  touchAfter: true,
  awaitTouch: true,
  rolling: true,
  saveUninitialized: true,
  name: true,
  store: true,
  cookie: true,
  genid: true,
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
  seal: true,
  encode: true,
  decode: true,
  decodeErrors: true,
  record: true,
  keepOnRegenerate: true,
  names: true,
  Session: true,
  cookieOnSave: true,
}

const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8')

/** What stands first in the rows of the table under a heading. */
function namesUnder(heading: string): string[] {
  const [, section = ''] = readme.split(`\n${heading}\n`)
  const [table = ''] = section.match(/^(\|.*\n)+/m) ?? []
  const rows = table.split('\n').slice(2)
  return rows.flatMap(row => (row.split('|')[1] ?? '').match(/\w+/g) ?? [])
}

describe('README: the tables of options', () => {
  for (const [heading, options] of Object.entries({ '## Options': OF_CONNECT, '### The cookie': OF_THE_COOKIE, '## Koa': OF_KOA })) {
    it(`name all there are, and no other, under ${heading}`, () => {
      expect(namesUnder(heading)).to.have.members(Object.keys(options))
    })
  }
})
