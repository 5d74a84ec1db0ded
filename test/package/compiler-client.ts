import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { libraryOf, type Compiler } from './compilers'

/** As for the compiler in package.json. */
const V8 = ['--max-semi-space-size=64', '--single-threaded-gc']

let server: { readonly version: Compiler; readonly child: ChildProcess } | undefined
let last: Promise<unknown> = Promise.resolve()

/**
 * Compiles a project in a process that keeps the compiler. Only one version has such a process at a time.
 *
 * @throws Error with the errors of the compiler
 */
export async function compileWith(version: Compiler, project: string): Promise<void> {
  const before = last
  const errors = (last = (async () => {
    await before.catch(() => {})
    return ask(serverOf(version), project)
  })())
  const text = await errors
  if (text) throw new Error(`TypeScript ${version} reports in ${project}\n${text}`)
}

/** Ends the process. */
export function closeCompiler(): void {
  server?.child.kill()
  server = undefined
}

function serverOf(version: Compiler): ChildProcess {
  if (server?.version !== version || server.child.exitCode !== null) {
    closeCompiler()
    const execArgv = [...V8, '--require', 'tsx/cjs']
    server = { version, child: fork(join(__dirname, 'compiler-server.ts'), [libraryOf(version)], { execArgv }) }
  }
  return server.child
}

async function ask(child: ChildProcess, project: string): Promise<string> {
  const ended = new AbortController()
  const { signal } = ended
  try {
    child.send(project)
    const [reply] = (await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(([code, killed]) => {
        throw new Error(`the compiler ended with ${code ?? killed}`)
      }),
    ])) as [string]
    return reply
  } finally {
    ended.abort()
  }
}
