import { newFolder, installInto, tarball } from '../package/installation'
import type { Neighbour } from './neighbour'

export const PACKAGES = ['express-session', 'resession'] as const
export type PackageName = (typeof PACKAGES)[number]

/** What each package is to npm, where everybody asks for express-session. */
async function specOf(name: PackageName): Promise<string> {
  return name === 'resession' ? `file:${await tarball()}` : '1.19.0'
}

/** A project with all the neighbours, and one package for all of them. @returns its folder */
export async function project(name: PackageName, neighbours: readonly Neighbour[]): Promise<string> {
  const dependencies = Object.assign({ 'express-session': await specOf(name) }, ...neighbours.map(({ packages }) => packages)) as Record<
    string,
    string
  >
  const overrides = { 'express-session': '$express-session' }
  // The peers that old stores ask for are of their time
  return installInto(newFolder(`${name}-`), { dependencies, overrides }, ['--legacy-peer-deps'])
}
