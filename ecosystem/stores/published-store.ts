import type { Lack } from '../../lib/store-contract'
import type { Integration, Room, Store } from '../integration'

/** A published store: the packages to install, and its constructor call as in its README. */
export interface PublishedStore extends Omit<Integration, 'scenarios'> {
  /** Whether it keeps its sessions in the process, or in files that only one process can use. */
  readonly inProcess?: boolean
  /** Whether its engine loses its data when it stops. */
  readonly forgets?: boolean
  /** The abilities that it lacks according to its README. */
  readonly lacks?: readonly Lack[]
  /** The shortest lifetime that it supports, in milliseconds. Default 1000. */
  readonly shortest?: number
  make(room: Room): Store | Promise<Store>
}
