import { KOAS } from '../koa/site'
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
