import type { Compiler } from './compilers'
import type { Name } from './installation'

/** The types in a project, besides Node's. Koa's do not compile with Koa itself, because content-disposition 2 has renamed a type. */
export const SURROUNDINGS = {
  'no Express': {},
  'Express 4': { '@types/express': '4' },
  'Express 5': { '@types/express': '5' },
  Koa: { '@types/koa': '3' },
  'Express 5 and @types/express-session': { '@types/express': '5', '@types/express-session': '1' },
} as const

export type Surroundings = keyof typeof SURROUNDINGS

export type Resolution = 'node10' | 'node16' | 'nodenext' | 'bundler'

/**
 * How a program imports, and its kind of file: by `import x = require('x')`, by default; `call` is an `import * as x` that is called, which requires
 * that esModuleInterop is off.
 */
export type Door = 'require.ts' | 'default.ts' | 'call.ts' | 'require.cts' | 'default.cts' | 'call.cts' | 'default.mts'

/** One project, in which every suitable program must compile. */
export interface Row {
  readonly compiler: Compiler
  readonly resolution: Resolution
  readonly name: Name
  readonly surroundings: Surroundings
  readonly doors: readonly Door[]
  readonly also?: Flavour | undefined
}

interface Flavour {
  readonly title: string
  /** Compiler options beyond `strict`. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Flags for npm. */
  readonly flags?: readonly string[]
  /** Replaces the programs that suit the row. */
  readonly programs?: readonly string[]
}

const classic: Flavour = { title: 'no esModuleInterop', options: { esModuleInterop: false } }
const classic6: Flavour = { title: 'no esModuleInterop', options: { esModuleInterop: false, ignoreDeprecations: '6.0' } }
const deprecated6: Flavour = { title: 'deprecations ignored', options: { ignoreDeprecations: '6.0' } }
/** Each package in a folder of its own, reached by links, as with pnpm: other packages are not next to its real path. */
const linked: Flavour = { title: 'a linked node_modules', flags: ['--install-strategy=linked'] }
/** The mixture of import and require for bundlers. */
const preserve: Flavour = { title: 'module preserve', options: { module: 'preserve' } }
/** Only the imports of an app that came from another middleware. */
const presets: Flavour = { title: 'the presets alone', programs: ['koa-preset'] }
const stricter: Flavour = {
  title: 'all that is stricter than strict',
  options: {
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    isolatedModules: true,
  },
}

const none = 'no Express'
const four = 'Express 4'
const five = 'Express 5'
const koa = 'Koa'
const both = 'Express 5 and @types/express-session'
const own = 'resession'
const alias = 'express-session'

const row = (
  compiler: Compiler,
  resolution: Resolution,
  name: Name,
  surroundings: Surroundings,
  doors: readonly Door[],
  also?: Flavour,
): Row => ({ compiler, resolution, name, surroundings, doors, also })

/**
 * Not all combinations: every compiler is tested with each of its resolutions, all surroundings and both names, and every resolution with all
 * surroundings under both names. types.test.ts checks this.
 */
export const TABLE: readonly Row[] = [
  row('5.0', 'node10', own, five, ['require.ts', 'default.ts']),
  row('5.0', 'node10', alias, none, ['require.ts', 'call.ts'], classic),
  row('5.0', 'node16', alias, both, ['require.cts', 'default.cts', 'default.mts']),
  row('5.0', 'nodenext', own, four, ['require.cts', 'default.cts', 'default.mts']),
  row('5.0', 'bundler', alias, five, ['default.ts']),
  row('5.0', 'node16', own, koa, ['require.cts', 'default.cts', 'default.mts']),
  row('5.4', 'node10', alias, four, ['require.ts', 'call.ts'], classic),
  row('5.4', 'node16', own, none, ['require.cts', 'default.cts', 'default.mts']),
  row('5.4', 'nodenext', alias, five, ['require.cts', 'default.cts', 'default.mts']),
  row('5.4', 'bundler', own, both, ['require.ts', 'default.ts'], preserve),
  row('5.4', 'node10', own, koa, ['require.ts', 'default.ts']),
  row('5.9', 'node10', own, both, ['require.ts', 'default.ts']),
  row('5.9', 'node16', alias, four, ['require.cts', 'default.cts', 'default.mts']),
  row('5.9', 'nodenext', own, none, ['require.cts', 'default.mts'], stricter),
  row('5.9', 'nodenext', alias, both, ['require.cts', 'call.cts'], classic),
  row('5.9', 'bundler', own, five, ['default.ts']),
  row('5.9', 'bundler', own, koa, ['default.ts']),
  row('6.0', 'node10', alias, both, ['require.ts', 'call.ts'], classic6),
  row('6.0', 'node10', own, none, ['default.ts'], deprecated6),
  row('6.0', 'node16', own, five, ['require.cts', 'default.cts', 'default.mts']),
  row('6.0', 'nodenext', own, both, ['require.cts', 'default.mts'], stricter),
  row('6.0', 'bundler', alias, four, ['require.ts', 'default.ts'], preserve),
  row('6.0', 'nodenext', own, koa, ['require.cts', 'default.cts', 'default.mts'], stricter),
  row('6.0', 'nodenext', own, koa, ['require.cts', 'default.mts'], presets),
  row('7.0', 'node16', alias, five, ['require.cts', 'default.cts', 'default.mts']),
  row('7.0', 'node16', own, both, ['require.cts', 'default.mts']),
  row('7.0', 'nodenext', own, four, ['require.cts', 'default.mts'], stricter),
  row('7.0', 'nodenext', alias, both, ['require.cts', 'default.mts']),
  row('7.0', 'bundler', own, both, ['require.ts', 'default.ts'], preserve),
  row('7.0', 'bundler', alias, none, ['default.ts']),
  row('7.0', 'bundler', alias, koa, ['require.ts', 'default.ts'], preserve),
  row('7.0', 'nodenext', own, koa, ['default.mts'], linked),
  row('7.0', 'nodenext', own, both, ['default.mts'], linked),
  row('6.0', 'nodenext', alias, both, ['default.mts'], linked),
]
