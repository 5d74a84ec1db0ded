import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installInto, type Manifest } from './installation'

/**
 * Installs large programs once for all runs on this machine: compilers and runtimes.
 *
 * @param name of the folder; it has the versions
 * @returns the folder
 */
export async function installKept(name: string, dependencies: Manifest['dependencies']): Promise<string> {
  const folder = join(tmpdir(), name)
  if (existsSync(folder)) return folder
  // It gets its name when it is complete: another process may install the same, and a run may be stopped
  const made = await installInto(mkdtempSync(`${folder}-`), { dependencies })
  try {
    renameSync(made, folder)
  } catch (err) {
    rmSync(made, { recursive: true, force: true })
    if (!existsSync(folder)) throw err
  }
  return folder
}
