import { csrfSync } from 'csrf-sync'
import express from 'express'
import session from 'PACKAGE'

declare module 'PACKAGE' {
  interface SessionData {
    orders: number
  }
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const { csrfSynchronisedProtection, revokeToken } = csrfSync({
  // It augments SessionData of express-session, whichever package has that name
  getTokenFromState: req => req.session.csrfToken,
  storeTokenInState: (req, token) => void (req.session.csrfToken = token),
})

express()
  .use(session({ secret: 'x' }), csrfSynchronisedProtection)
  .post('/', (req, res) => {
    true satisfies Same<typeof req.session.csrfToken, string | null | undefined>
    true satisfies Same<typeof req.session.orders, number | undefined>
    // @ts-expect-error: declared as a string
    req.session.csrfToken = 7
    revokeToken(req)
    res.send(req.csrfToken?.())
  })
