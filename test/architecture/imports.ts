import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import ts = require('typescript')

export const LIB = join(__dirname, '../../lib')

/** Source texts by path below lib. */
export type Sources = ReadonlyMap<string, string>

const BASE = ['primitives']
const RECORD = [...BASE, 'core/errors', 'core/diagnostics', 'core/record']
const CONCURRENCY = [...RECORD, 'core/concurrency']
const STORE = [...CONCURRENCY, 'core/store']
const EVENTS = [...STORE, 'core/events']
const SESSION = [...EVENTS, 'core/group', 'core/session']
const SETTINGS = [...SESSION, 'core/settings']
const LIFETIME = [...SETTINGS, 'core/lifetime']
const USERS = [...LIFETIME, 'core/users']
const CORE = [...USERS, 'core/request']
const ADAPTED = [...CORE, 'cookie-store']

/** The folders that each folder may import besides itself, type imports included. A folder without a row belongs to the row of its parent. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  primitives: [],
  'core/errors': BASE,
  'core/diagnostics': BASE,
  'core/record': [...BASE, 'core/errors'],
  'core/concurrency': RECORD,
  'core/store': CONCURRENCY,
  'core/events': STORE,
  'core/group': STORE,
  'core/session': EVENTS,
  'core/settings': SESSION,
  'core/lifetime': SETTINGS,
  'core/users': LIFETIME,
  'core/request': USERS,
  'cookie-store': CORE,
  stores: CORE,
  'store-contract': CORE,
  'connect/response': BASE,
  connect: [...ADAPTED, 'connect/response'],
  koa: ADAPTED,
  'koa/legacy': [...ADAPTED, 'koa'],
  doctor: BASE,
  'entry points': [...ADAPTED, 'stores', 'store-contract', 'connect', 'koa', 'koa/legacy', 'doctor'],
  testing: ['entry points', 'koa'],
}

/** Entry points are the files of lib itself, and those of lib/session, which have the paths of express-session. */
const ENTRY_POINTS = ['.', 'session']

export function readLib(): Sources {
  const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
  return new Map(files.sort().map(file => [file, readFileSync(join(LIB, file), 'utf8')]))
}

/** @returns the row of MAY_IMPORT that a file belongs to */
export function levelOf(file: string): string | undefined {
  if (file === 'testing.ts') return 'testing'
  let folder = dirname(file)
  if (ENTRY_POINTS.includes(folder)) return 'entry points'
  while (folder !== '.' && !(folder in MAY_IMPORT)) folder = dirname(folder)
  return folder === '.' ? undefined : folder
}

/** @returns one sentence for each import that goes upward or sideways */
export function forbiddenImports(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) => {
    const level = levelOf(file)
    if (level === undefined) return [`${file} is in no folder of the table`]
    return importsOf(file, text, sources)
      .filter(imported => !mayImport(level, levelOf(imported)))
      .map(imported => `${file} imports ${imported}`)
  })
}

function mayImport(level: string, other: string | undefined): boolean {
  return level === other || (other !== undefined && MAY_IMPORT[level]?.includes(other) === true)
}

/** @returns each set of files that import each other, directly or by way of others */
export function circles(sources: Sources): string[][] {
  const imports = new Map([...sources].map(([file, text]) => [file, importsOf(file, text, sources)]))
  const reached = new Map([...sources.keys()].map(file => [file, reachedFrom(file, imports)]))
  const isCircular = (file: string): boolean => reached.get(file)?.has(file) === true
  const circle = (file: string): string[] =>
    [...sources.keys()].filter(other => reached.get(file)?.has(other) && reached.get(other)?.has(file))
  const found = [...sources.keys()].filter(isCircular).map(file => circle(file).join(' '))
  return [...new Set(found)].map(files => files.split(' '))
}

function reachedFrom(file: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>()
  const next = [...(imports.get(file) ?? [])]
  for (let other = next.pop(); other !== undefined; other = next.pop()) {
    if (reached.has(other)) continue
    reached.add(other)
    next.push(...(imports.get(other) ?? []))
  }
  return reached
}

/** Imports of all forms: of values and types, `import x = require()`, `export from`, `import()` of a module and of a type. */
function importsOf(file: string, text: string, sources: Sources): string[] {
  const { importedFiles } = ts.preProcessFile(text, true, true)
  const relative = [...importedFiles.map(({ fileName }) => fileName), ...typeImports(text)].filter(name => name.startsWith('.'))
  return [...new Set(relative.map(name => resolve(file, name, sources)))]
}

function typeImports(text: string): string[] {
  return Array.from(text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g), ([, name]) => name as string)
}

function resolve(file: string, name: string, sources: Sources): string {
  const path = posix.join(dirname(file), name)
  const found = [`${path}.ts`, `${path}/index.ts`].find(candidate => sources.has(candidate))
  if (found === undefined) throw new Error(`${file} imports ${name}, which is no file of lib`)
  return found
}
