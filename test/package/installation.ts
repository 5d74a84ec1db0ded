import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { UNOPTIMISED } from '../support/unoptimised'
import { run } from './run'

/** The package's own name, or the one that apps and stores require. */
export type Name = 'resession' | 'express-session'

/** Fields for the package.json of an empty project. */
export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly overrides?: Readonly<Record<string, string>>
}

export const repository = resolve(__dirname, '../..')

const rooms = new Map<string, string>()
let packed: Promise<string> | undefined
const installed = new Map<string, Promise<string>>()

/** The tarball that `npm publish` would send. */
export function tarball(): Promise<string> {
  return (packed ??= pack())
}

/** An empty project with these dependencies. Suites with the same dependencies share it. */
export function install(manifest: Manifest, ...flags: string[]): Promise<string> {
  const key = JSON.stringify([manifest, flags])
  let folder = installed.get(key)
  if (!folder) installed.set(key, (folder = installInto(newFolder('consumer-'), manifest, flags)))
  return folder
}

/** An empty project with the package under a name, and further dependencies. */
export async function installAs(name: Name, others: Manifest['dependencies'] = {}, ...flags: string[]): Promise<string> {
  return install({ dependencies: { [name]: `file:${await tarball()}`, ...others } }, ...flags)
}

/** @returns the folder, with its `node_modules` filled */
export async function installInto(folder: string, manifest: Manifest, flags: readonly string[] = []): Promise<string> {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }))
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...flags], folder, UNOPTIMISED)
  return folder
}

/**
 * A folder that exists until the run ends.
 *
 * @param parent default: the system's folder for temporary files
 */
export function newFolder(prefix: string, parent: string = tmpdir()): string {
  let room = rooms.get(parent)
  if (!room) {
    const made = (room = mkdtempSync(join(parent, 'resession-package-')))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    rooms.set(parent, made)
  }
  return mkdtempSync(join(room, prefix))
}

/** A tarball of a package with only a manifest, and an index.js if given. */
export async function packOf(manifest: { name: string; version: string } & Record<string, unknown>, index = ''): Promise<string> {
  const folder = newFolder('package-')
  mkdirSync(join(folder, 'out'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ files: ['index.js'], ...manifest }))
  writeFileSync(join(folder, 'index.js'), index)
  return packInto(join(folder, 'out'), folder)
}

/** `prepack` builds first. */
async function pack(): Promise<string> {
  return packInto(newFolder('tarball-'), repository)
}

async function packInto(destination: string, folder: string): Promise<string> {
  await run('npm', ['pack', '--silent', '--pack-destination', destination], folder)
  return join(destination, readdirSync(destination).find(file => file.endsWith('.tgz')) as string)
}
