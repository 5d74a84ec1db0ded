import type { Integration } from '../../integration'
import { socketIo } from './socket-io'
import { ws } from './ws'

/** Sockets that open with the cookie of a session. */
export const sockets: readonly Integration[] = [...socketIo, ...ws]
