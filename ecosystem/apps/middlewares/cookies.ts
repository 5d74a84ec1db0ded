import { equal } from 'node:assert/strict'
import type { RequestHandler } from 'express'
import type { Integration, Room } from '../../integration'
import { cookieNames } from '../../visitor'
import { lateSessions, SECRET } from '../late-sessions'
import { EXPRESS } from '../session-app'
import { appOf, beforeAndAfter, count, isKept, visitorOf } from './stage'

const parser = ({ load }: Room): RequestHandler => load<(secret: string) => RequestHandler>('cookie-parser')(SECRET)

const withoutHeader: RequestHandler = (req, _res, next) => {
  delete req.headers.cookie
  next()
}

const bothWays = beforeAndAfter({
  'it reads the session cookie with the same secret': async ({ room, app }) => {
    const site = app(parser(room))
    site.get('/id', (req, res) => void res.send(String(req.sessionID === (req.signedCookies as Record<string, string>)['connect.sid'])))
    const ada = await visitorOf(site)
    await isKept(ada)
    equal(await ada.get('id'), 'true')
  },
  'it sets a signed cookie beside the session cookie': async ({ room, app }) => {
    const site = app(parser(room))
    site.get('/theme', (req, res) => void res.cookie('theme', 'dark', { signed: true }).send(String(count(req))))
    const ada = await visitorOf(site)
    const res = await ada.ask('theme')
    equal(await res.text(), '1')
    equal(cookieNames(res).join(), 'theme,connect.sid')
    await isKept(ada, 1)
  },
})

export const cookies: readonly Integration[] = [
  {
    title: 'cookie-parser 1.4.7',
    packages: { ...EXPRESS, 'cookie-parser': '1.4.7' },
    scenarios: {
      ...bothWays,
      'without a secret, the session uses the secret of cookie-parser': async ({ here }) =>
        isKept(await visitorOf(appOf(here, parser(here), lateSessions(here, { secret: undefined })))),
      'a cookie is found that only cookie-parser has': async ({ here }) =>
        isKept(await visitorOf(appOf(here, parser(here), withoutHeader, lateSessions(here)))),
    },
  },
]
