import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fixture } from '../../test/package/fixture'
import { run } from '../../test/package/run'
import type { Integration, Room, Scenario } from '../integration'
import { scenariosFrom } from './scenarios-from'

/** Programs of test/package/consumers, by the packages whose types they use. */
const PROGRAMS = {
  'passport, connect-flash and connect-ensure-login': 'passport-app',
  'csrf-sync, which adds to SessionData': 'csrf-token',
  'socket.io and ws, whose requests are Node’s': 'socket-server',
}

/** Each also with @types/express-session in the program; up to TypeScript 5.9 it is included if it is installed. */
const played = Object.fromEntries(
  Object.entries(PROGRAMS).flatMap(([of, program]) => [
    [of, { program, types: ['node'] }],
    [`${of}, beside @types/express-session`, { program, types: ['node', 'express-session'] }],
  ]),
)

const packages = {
  '@types/node': '20.19.43',
  '@types/express': '5.0.6',
  '@types/express-session': '1.19.0',
  '@types/passport': '1.0.17',
  '@types/passport-local': '1.0.38',
  '@types/connect-flash': '0.0.40',
  '@types/connect-ensure-login': '0.1.9',
  '@types/ws': '8.18.2',
  'csrf-sync': '4.2.1',
  'socket.io': '4.8.4',
}

/** The types of third-party packages, in one program with those of the package. */
export const types: readonly Integration[] = ['5.9.3', '7.0.2'].map(version => {
  const compiler = `typescript-${version}`
  return {
    title: `published types, with TypeScript ${version}`,
    unmended: {
      'socket.io and ws, whose requests are Node’s, beside @types/express-session':
        'A program that declares `session` on `IncomingMessage` says it of our `Session`, while @types/express-session has said it of its own: uninstall that, or set `skipLibCheck`.',
    },
    packages: { ...packages, [compiler]: `npm:typescript@${version}` },
    scenarios: scenariosFrom(
      played,
      ({ program, types }): Scenario =>
        async ({ here }) =>
          compile(here, compiler, program, types),
    ),
  }
})

/** @throws Error with the first error of the compiler */
async function compile({ load, folder }: Room, compiler: string, program: string, types: readonly string[]): Promise<void> {
  const { resolve } = load as unknown as NodeJS.Require
  const modules = dirname(dirname(resolve(`${compiler}/package.json`)))
  const project = mkdtempSync(join(folder, 'program-'))
  symlinkSync(modules, join(project, 'node_modules'))
  writeFileSync(join(project, 'program.ts'), fixture(`${program}.ts`, 'express-session'))
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022'],
    module: 'nodenext',
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types,
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
  await run(process.execPath, [join(modules, compiler, 'bin/tsc'), '-p', '.'], project).catch((err: Error) => {
    throw new Error(/error TS.*/.exec(err.message)?.[0] ?? err.message)
  })
}
