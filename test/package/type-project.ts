import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileWith } from './compiler-client'
import { compilerAt, isNative, type Compiler } from './compilers'
import { fixture } from './fixture'
import { install, installAs, type Name } from './installation'
import { trustNodeTypes } from './node-types'
import { run } from './run'
import { SURROUNDINGS, type Door, type Row, type Surroundings } from './type-table'

const MODULES = { node10: 'commonjs', node16: 'node16', nodenext: 'nodenext', bundler: 'esnext' } as const

/** Node's types: for older compilers those of the oldest supported Node, because they cannot read the newest. */
const NODE_TYPES: Readonly<Record<Compiler, string>> = { '5.0': '20', '5.4': '20', '5.9': '26', '6.0': '26', '7.0': '26' }

/**
 * Compiles all programs that suit a row, emits the declaration files of some, and compiles these.
 *
 * @throws Error with the output of the compiler
 */
export async function compile(row: Row): Promise<void> {
  const others = { '@types/node': NODE_TYPES[row.compiler], ...SURROUNDINGS[row.surroundings] }
  const installation = await installAs(row.name, others, ...(row.also?.flags ?? []))
  trustNodeTypes(installation)
  const project = (output: CompilerOptions, programs: (door: Door) => readonly string[]): Promise<void> => {
    const folder = newProject(installation, row, output)
    for (const door of row.doors) {
      for (const program of programs(door)) write(folder, program, door, row.name)
    }
    return compileProject(row.compiler, folder)
  }
  await project({ noEmit: true }, door => programsFor(row, door))
  const emitted = newProject(installation, row, { noEmit: true })
  await project({ declaration: true, emitDeclarationOnly: true, outDir: emitted }, door =>
    isCalled(door) ? [] : DECLARATIONS[row.surroundings],
  )
  await compileProject(row.compiler, emitted)
}

/** One thread takes less processor time than several, and other tests run meanwhile. */
async function compileProject(compiler: Compiler, folder: string): Promise<void> {
  if (!isNative(compiler)) return compileWith(compiler, folder)
  await run(process.execPath, [compilerAt(compiler), '--singleThreaded', '-p', folder], folder)
}

/** Programs whose declaration files have to be emitted. */
const DECLARATIONS: Readonly<Record<Surroundings, readonly string[]>> = {
  'no Express': ['declarations'],
  'Express 4': ['declarations', 'declarations-express'],
  'Express 5': ['declarations', 'declarations-express'],
  Koa: ['declarations', 'declarations-koa'],
  'Express 5 and @types/express-session': ['declarations', 'declarations-express'],
}

/** Compiles with the real express-session and its types: the same programs as in the rows with the alias. */
export async function compileExpressSession(row: Row): Promise<void> {
  const others = { '@types/node': NODE_TYPES[row.compiler], ...SURROUNDINGS[row.surroundings] }
  const installation = await install({ dependencies: { 'express-session': '1', ...others } })
  trustNodeTypes(installation)
  const project = newProject(installation, row, { noEmit: true })
  for (const door of row.doors) {
    for (const program of ORIGINAL_TOO) write(project, program, door, 'express-session')
  }
  await compileProject(row.compiler, project)
}

/** Programs that compile with express-session and @types/express-session too. */
const ORIGINAL_TOO = ['public-names', 'mocks', 'callbacks', 'cookies']

function programsFor({ name, surroundings, also }: Row, door: Door): readonly string[] {
  if (also?.programs) return also.programs
  if (isCalled(door)) return ['namespace-call']
  const everywhere = [
    'plain-server',
    'stores',
    'named-imports',
    'namespace-import',
    'deep-imports',
    'upgrade-request',
    'promises',
    'testing',
    'users',
  ]
  if (surroundings === 'Koa') return [...everywhere, 'koa-app', 'koa-users']
  if (surroundings === 'no Express') return [...everywhere, 'without-express', 'koa-alone']
  // Under the alias, imports of 'express-session' resolve to this package
  const besides = surroundings.endsWith('@types/express-session') && name === 'resession' ? ['side-by-side'] : []
  return [...everywhere, 'express-app', ...ORIGINAL_TOO, ...besides]
}

/** Only without esModuleInterop, and then nothing else. */
function isCalled(door: Door): boolean {
  return door.startsWith('call')
}

function write(project: string, program: string, door: Door, name: Name): void {
  const [style = '', extension = ''] = door.split('.')
  const source = fixture(`${program}.ts`, name)
  const text = style === 'require' ? source.replace(/^import ((?:type )?\w+) from (.*)$/gm, 'import $1 = require($2)') : source
  writeFileSync(join(project, `${program}-${style}.${extension}`), text)
}

type CompilerOptions = Readonly<Record<string, unknown>>

/** A folder in an installation, with a tsconfig.json. */
function newProject(installation: string, row: Row, output: CompilerOptions): string {
  const project = mkdtempSync(join(installation, 'project-'))
  configure(project, row, output)
  return project
}

function configure(folder: string, { compiler, resolution, surroundings, also }: Row, output: CompilerOptions): void {
  const listed = Object.keys(SURROUNDINGS[surroundings]).map(name => name.replace('@types/', ''))
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022'],
    module: MODULES[resolution],
    moduleResolution: resolution,
    strict: true,
    noImplicitOverride: true,
    skipLibCheck: false,
    // TypeScript's own declarations: none of the package's adds to them
    skipDefaultLibCheck: true,
    esModuleInterop: true,
    // Up to 5.9, all installed types are included; since then, only those that are named
    ...(compiler >= '6.0' && { types: ['node', ...listed] }),
    ...also?.options,
    ...output,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }))
}
