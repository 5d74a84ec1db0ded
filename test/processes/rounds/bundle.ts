import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { ConnectionName } from '../engines/engine'
import type { Program } from '../fleet'
import { PATIENCE } from './counts'

interface Esbuild {
  buildSync(options: object): unknown
}

/** From there, the server finds the packages, and what is installed in the cache. */
const FOLDER = join(__dirname, '../../../node_modules/.cache')

/** The server of the rounds for one engine, in one file: a process starts in a third of the CPU time. */
export function bundleFor(name: ConnectionName): Program {
  // The compiler of tsx
  const { buildSync } = createRequire(require.resolve('tsx/package.json'))('esbuild') as Esbuild
  const file = join(FOLDER, `rounds-server-${name}-${process.pid}.js`)
  const contents = `import { connect } from './engines/${name}'; import { serve } from './rounds/server'; void serve(connect)`
  const stdin = { contents, resolveDir: join(__dirname, '..'), loader: 'ts' }
  buildSync({ stdin, bundle: true, platform: 'node', packages: 'external', sourcemap: 'inline', outfile: file, logLevel: 'error' })
  return { file, execArgv: ['--enable-source-maps'], patience: PATIENCE }
}
