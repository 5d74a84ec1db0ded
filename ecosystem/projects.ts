import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder, installInto, tarball } from '../test/package/installation'
import { run } from '../test/package/run'
import type { Integration } from './integration'

export const PACKAGES = ['express-session', 'resession'] as const
export type PackageName = (typeof PACKAGES)[number]

/** The npm specification of each package, under the name express-session. */
async function specOf(name: PackageName): Promise<string> {
  return name === 'resession' ? `file:${await tarball()}` : '1.19.0'
}

export type Projects = Readonly<Record<PackageName, string>>

/**
 * Makes a project for each session package, with all the third-party packages in it.
 *
 * @returns their folders
 */
export async function projects(integrations: readonly Integration[]): Promise<Projects> {
  const packages = packagesOf(integrations)
  const [first, second] = PACKAGES
  const original = await install(newFolder(`${first}-`), first, packages)
  // A copy, because compilation during the installation takes long. By a program: fs.cp needs five times the processor time for 66,000 files
  const copy = newFolder(`${second}-`)
  await run('cp', ['-a', `${original}/.`, copy], original)
  return { [first]: original, [second]: await install(copy, second, packages) }
}

async function install(folder: string, name: PackageName, packages: Record<string, string>): Promise<string> {
  const dependencies = { 'express-session': await specOf(name), ...packages }
  const overrides = { 'express-session': '$express-session' }
  // Old stores have peer dependencies of their time
  await installInto(folder, { dependencies, overrides }, ['--legacy-peer-deps'])
  const { name: installed } = JSON.parse(readFileSync(join(folder, 'node_modules/express-session/package.json'), 'utf8')) as {
    name: string
  }
  if (installed !== name) throw new Error(`${installed} was installed as express-session, and not ${name}`)
  return folder
}

/** @throws Error if two need different versions under one name */
function packagesOf(integrations: readonly Integration[]): Record<string, string> {
  const all: Record<string, string> = {}
  for (const { title, packages } of integrations) {
    for (const [name, version] of Object.entries(packages)) {
      if ((all[name] ??= version) !== version) throw new Error(`${title} asks for ${name} ${version}, and another one for ${all[name]}`)
    }
  }
  return all
}
