import { equal, match } from 'node:assert/strict'
import type { Request, RequestHandler } from 'express'
import type { Integration } from '../../integration'
import { Visitor } from '../../visitor'
import { lateSessions } from '../late-sessions'
import { EXPRESS } from '../session-app'
import { appOf, isKept, visitorOf } from './stage'

interface Limit {
  limit: number
  keyGenerator(req: Request): string
  standardHeaders: 'draft-8'
}

export const limits: readonly Integration[] = [
  {
    title: 'express-rate-limit 8.7.4',
    packages: { ...EXPRESS, 'express-rate-limit': '8.7.4' },
    scenarios: {
      'each session has a limit of its own': async ({ here }) => {
        const { rateLimit } = here.load<{ rateLimit(options: Limit): RequestHandler }>('express-rate-limit')
        const limiter = rateLimit({ limit: 2, keyGenerator: req => req.sessionID, standardHeaders: 'draft-8' })
        const ada = await visitorOf(appOf(here, lateSessions(here), limiter))
        await isKept(ada)
        const res = await ada.ask('count')
        equal(res.status, 429)
        match(res.headers.get('ratelimit') as string, /; r=0; /)
        await isKept(new Visitor(ada.site))
      },
    },
  },
]
