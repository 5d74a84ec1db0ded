import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compilerAt, type Compiler } from './compilers'
import { fixture } from './fixture'
import { install, installAs, type Name } from './installation'
import { run } from './run'
import { SURROUNDINGS, type Door, type Row } from './type-table'

const MODULES = { node10: 'commonjs', node16: 'node16', nodenext: 'nodenext', bundler: 'esnext' } as const

/** Node's types: for older compilers those of the oldest Node that we are for, since they cannot read the newest. */
const NODE_TYPES: Readonly<Record<Compiler, string>> = { '5.0': '20', '5.4': '20', '5.9': '26', '6.0': '26', '7.0': '26' }

/** Compiles all programs that suit a row. @throws Error with what the compiler said */
export async function compile(row: Row): Promise<void> {
  const others = { '@types/node': NODE_TYPES[row.compiler], ...SURROUNDINGS[row.surroundings] }
  const project = newProject(await installAs(row.name, others, ...(row.also?.flags ?? [])), row)
  for (const door of row.doors) {
    for (const program of programsFor(row, door)) write(project, program, door, row.name)
  }
  await run(process.execPath, [compilerAt(row.compiler), '-p', project], project)
}

/** Compiles public-names.ts with the real express-session and its types: the same text that the rows with the alias have to compile. */
export async function compileUpstream(row: Row): Promise<void> {
  const others = { '@types/node': NODE_TYPES[row.compiler], ...SURROUNDINGS[row.surroundings] }
  const project = newProject(await install({ dependencies: { 'express-session': '1', ...others } }), row)
  for (const door of row.doors) write(project, 'public-names', door, 'express-session')
  await run(process.execPath, [compilerAt(row.compiler), '-p', project], project)
}

function programsFor({ name, surroundings, also }: Row, door: Door): readonly string[] {
  if (also?.programs) return also.programs
  if (door.startsWith('call')) return ['namespace-call']
  const everywhere = ['plain-server', 'stores', 'named-imports', 'namespace-import', 'deep-imports']
  if (surroundings === 'Koa') return [...everywhere, 'koa-app']
  if (surroundings === 'no Express') return [...everywhere, 'without-express', 'koa-alone']
  // Under the alias, what imports 'express-session' gets ours: there is no other side
  const besides = surroundings.endsWith('@types/express-session') && name === 'resession' ? ['side-by-side'] : []
  return [...everywhere, 'express-app', 'public-names', ...besides]
}

function write(project: string, program: string, door: Door, name: Name): void {
  const [style = '', extension = ''] = door.split('.')
  const source = fixture(`${program}.ts`, name)
  const text = style === 'require' ? source.replace(/^import ((?:type )?\w+) from (.*)$/gm, 'import $1 = require($2)') : source
  writeFileSync(join(project, `${program}-${style}.${extension}`), text)
}

/** A folder in an installation, with a tsconfig.json. */
function newProject(installation: string, { compiler, resolution, surroundings, also }: Row): string {
  const project = mkdtempSync(join(installation, 'project-'))
  const listed = Object.keys(SURROUNDINGS[surroundings]).map(name => name.replace('@types/', ''))
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022'],
    module: MODULES[resolution],
    moduleResolution: resolution,
    strict: true,
    noImplicitOverride: true,
    skipLibCheck: false,
    noEmit: true,
    esModuleInterop: true,
    // Up to 5.9, all that is there is in; since then, only what is named
    ...(compiler >= '6.0' && { types: ['node', ...listed] }),
    ...also?.options,
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }))
  return project
}
