import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ServerUser {
  /** To run as; missing where that is whoever runs us. */
  readonly as: { readonly uid?: number }
  /** Its own, until the run ends. */
  readonly folder: string
}

/** Databases do not run as root: there they are run by the user that their package made. */
export function serverUser(name: string): ServerUser {
  const folder = mkdtempSync(join(tmpdir(), `resession-${name}-`))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  if (process.getuid?.() !== 0) return { as: {}, folder }
  const uid = Number(execFileSync('id', ['-u', name], { encoding: 'utf8' }))
  chownSync(folder, uid, 0)
  return { as: { uid }, folder }
}
