import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ServerUser {
  /** The user to run as; missing for the current user. */
  readonly as: { readonly uid?: number }
  /** The user's folder, until the run ends. */
  readonly folder: string
}

/** Databases do not run as root: there they run as the user that their package has created. */
export function serverUser(name: string): ServerUser {
  const folder = mkdtempSync(join(tmpdir(), `resession-${name}-`))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  if (process.getuid?.() !== 0) return { as: {}, folder }
  const uid = Number(execFileSync('id', ['-u', name], { encoding: 'utf8' }))
  chownSync(folder, uid, 0)
  return { as: { uid }, folder }
}
