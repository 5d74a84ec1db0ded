import type { Integration } from '../integration'
import { agents } from './agents'
import { csrf } from './csrf'
import { middlewares } from './middlewares'
import { openid } from './openid'
import { passport } from './passport'
import { servers } from './servers'
import { sockets } from './sockets'
import { types } from './types'

/** Packages for apps with sessions, and their servers. */
export const apps: readonly Integration[] = [...servers, ...middlewares, ...passport, ...openid, ...csrf, ...agents, ...sockets, ...types]
