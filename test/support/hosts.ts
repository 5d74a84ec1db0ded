import { KOAS, type KoaClass } from '../koa/koas'
import { connect } from './connect-host'
import type { Host, Storage } from './host'
import { koaHost } from './koa-host'
import { subject } from './subject'

/** express-session does not run on Koa. */
const koas = subject === 'resession' ? Object.entries(KOAS) : []

/** The hosts by their names in titles. */
export const HOSTS: Readonly<Record<string, Host>> = {
  Connect: connect,
  ...Object.fromEntries(koas.map(([name, Koa]) => [name, koaHost(Koa)])),
}

/** A suite for each host. Connect's title has no suffix: docs/compatibility.md names its tests. */
export function onEachHost(title: string, suite: (host: Host) => void): void {
  for (const [name, host] of Object.entries(HOSTS)) describe(titled(title, host === connect ? '' : `on ${name}`), () => suite(host))
}

type StorageSuite = (host: Host, storage: Storage) => void

/** A suite for each place where a host keeps sessions. */
export function onEachStorage(title: string, suite: StorageSuite): void {
  withStorages(title, suite, () => true)
}

/** A suite for each kind of store that a host takes. */
export function onEachStore(title: string, suite: StorageSuite): void {
  withStorages(title, suite, ({ touch }) => touch !== undefined)
}

function withStorages(title: string, suite: StorageSuite, isMeant: (storage: Storage) => boolean): void {
  for (const [name, host] of Object.entries(HOSTS)) {
    const where = host === connect ? '' : `on ${name}`
    for (const storage of host.storages.filter(isMeant)) describe(titled(title, storage.title, where), () => suite(host, storage))
  }
}

/** A suite for features that only Koa has, on each version of it. */
export function onEachKoa(title: string, suite: (host: Host, koa: KoaClass) => void): void {
  for (const [name, koa] of koas) describe(titled(title, `on ${name}`), () => suite(HOSTS[name] as Host, koa))
}

function titled(...parts: string[]): string {
  return parts.filter(Boolean).join(', ')
}
