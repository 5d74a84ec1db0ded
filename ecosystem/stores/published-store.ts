import type { Lack } from '../../lib/store-contract'
import type { Integration, Room, Store } from '../integration'

/** A published store: the packages to install, and its constructor call as in its README. */
export interface PublishedStore extends Omit<Integration, 'scenarios'> {
  /** Keeps its sessions in the process, or in files that no other process can use meanwhile. */
  readonly inProcess?: boolean
  /** Its engine keeps nothing over a stop. */
  readonly forgets?: boolean
  /** What it leaves out by its own README. */
  readonly lacks?: readonly Lack[]
  /** The shortest lifetime it knows, in milliseconds. Default 1000. */
  readonly shortest?: number
  make(room: Room): Store | Promise<Store>
}
