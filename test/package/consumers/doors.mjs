// Inspects the package from the folder of an app, and prints the result
import { createRequire } from 'node:module'
import session, { authenticated, Cookie, info, MemoryStore, recommended, Session, Store, update } from 'PACKAGE'
import * as namespace from 'PACKAGE'
import twoVisits from './two-visits.cjs'

const require = createRequire(import.meta.url)
const required = require('PACKAGE')
const imported = { Store, Cookie, Session, MemoryStore, update, info, authenticated, recommended }

/** Deep paths, and the export that each is the module of. */
const DEEP = {
  index: required,
  'session/cookie': required.Cookie,
  'session/memory': required.MemoryStore,
  'session/session': required.Session,
  'session/store': required.Store,
}
const NOWHERE = ['session', 'session/other', 'dist/index.js', 'dist/session/store', 'core/session', 'lib/index.ts']

const report = {
  runtime: runtimeName(),
  manifest: await attempt(() => require('PACKAGE/package.json').name),
  type: typeof required,
  length: required.length,
  own: Object.keys(required),
  session: typeof required.session,
  namespace: Object.keys(namespace),
  sameByDefault: [session, namespace.default, (await import('PACKAGE')).default].every(door => door === required),
  sameByName: Object.keys(imported).filter(name => imported[name] === required[name] && namespace[name] === required[name]),
  deep: await deepPaths(),
  beside: await doorsBeside(),
  refused: await refusals(),
  visits: await twoVisits(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false })),
}
console.log(JSON.stringify(report))

/** Bun and Deno also report the version of Node that they emulate. */
function runtimeName() {
  const { bun, deno, node } = process.versions
  return (bun && `bun ${bun}`) ?? (deno && `deno ${deno}`) ?? `node ${node}`
}

/** The paths that lead to the same export with import and require. */
async function deepPaths() {
  const same = []
  for (const [file, whole] of Object.entries(DEEP)) {
    for (const path of [file, `${file}.js`]) {
      const found = [await attempt(() => require(full(path))), await attempt(async () => (await import(full(path))).default)]
      if (found.every(it => it === whole)) same.push(path)
    }
  }
  return same
}

/** The names of the other entries that are the same with import and require. */
async function doorsBeside() {
  const found = {}
  for (const path of ['atomic', 'koa', 'koa/presets', 'sqlite', 'store-contract', 'testing']) {
    const [whole, names] = [require(full(path)), await import(full(path))]
    const same = Object.keys(whole).filter(name => whole[name] === names[name])
    found[path] = typeof whole === 'function' && names.default === whole ? ['default', ...same] : same
  }
  return found
}

/** The results of other paths with import and require, without duplicates. */
async function refusals() {
  const answers = new Set()
  for (const path of NOWHERE) {
    for (const load of [() => require(full(path)), () => import(full(path))]) {
      answers.add(
        await attempt(async () => {
          await load()
          return `found ${path}`
        }),
      )
    }
  }
  return [...answers]
}

/** The return value of a function, or the code of its error. */
async function attempt(load) {
  try {
    return await load()
  } catch (err) {
    return err.code
  }
}

function full(path) {
  return ['PACKAGE', path].join('/')
}
