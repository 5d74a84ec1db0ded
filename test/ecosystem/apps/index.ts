import type { Neighbour } from '../neighbour'
import { servers } from './servers'

/** What is published for apps with sessions, and the servers that they run on. */
export const apps: readonly Neighbour[] = [...servers]
