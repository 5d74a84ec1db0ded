import type { Server } from 'node:http'
import type { Integration, Room } from '../../integration'
import type { Fetch } from '../../visitor'
import type { App } from './app'

export type Serve = (room: Room, app: App) => Server | Promise<Server>

/** A server or framework. */
export interface PublishedServer extends Pick<Integration, 'title' | 'packages'> {
  readonly serve: Serve
  /** The protocol of its client, if not plain HTTP/1. */
  readonly client?: { readonly protocol: 'http' | 'https'; readonly fetch: Fetch }
}
