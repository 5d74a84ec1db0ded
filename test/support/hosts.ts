import { KOAS } from '../koa/koas'
import { connect } from './connect-host'
import type { Host } from './host'
import { koaHost } from './koa-host'
import { subject } from './subject'

const koas = Object.entries(KOAS).map(([name, Koa]) => [name, koaHost(Koa)] as const)

/** Whatever serves sites; the original has no Koa. */
export const HOSTS: Readonly<Record<string, Host>> = {
  Connect: connect,
  ...(subject === 'resession' && Object.fromEntries(koas)),
}

/** A suite for each host. Connect's has the title alone, by which docs/compatibility.md knows its tests. */
export function onEachHost(title: string, suite: (host: Host) => void): void {
  for (const [name, host] of Object.entries(HOSTS)) describe(host === connect ? title : `${title}, on ${name}`, () => suite(host))
}
