import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { Act } from './program'
import type { Subject } from './defect'

/**
 * Runs an act in a process of its own, which it may end or keep alive.
 *
 * @returns its last line, or the error that it ended with
 */
export function apart(act: Act, subject: Subject): Promise<string> {
  return new Promise(resolve => {
    const args = ['--no-warnings', '--require', 'tsx/cjs', join(__dirname, 'program.ts'), act, subject]
    execFile(process.execPath, args, (err, stdout, stderr) => resolve(err ? (/^Error: .*$/m.exec(stderr)?.[0] ?? stderr) : stdout.trim()))
  })
}
