import flash from 'connect-flash'
import { ensureLoggedIn } from 'connect-ensure-login'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-local'
import session from 'PACKAGE'

declare module 'PACKAGE' {
  interface SessionData {
    views: number
    // The keys of passport and connect-ensure-login
    messages: string[]
    returnTo: string
  }
}
declare global {
  namespace Express {
    interface User {
      name: string
    }
  }
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const app = express()
app.use(session({ secret: 'x', resave: false, saveUninitialized: false }), flash(), passport.initialize(), passport.session())
passport.use(new Strategy((name, password, done) => done(null, password === 'right' && { name })))
passport.serializeUser((user, done) => done(null, user.name))

app.post('/login', passport.authenticate('local', { keepSessionInfo: true, failureMessage: true, failureRedirect: '/' }))
app.get('/', ensureLoggedIn(), (req, res, next) => {
  true satisfies Same<typeof req.session.views, number | undefined>
  true satisfies Same<typeof req.session.messages, string[] | undefined>
  true satisfies Same<typeof req.session.returnTo, string | undefined>
  true satisfies Same<typeof req.user, Express.User | undefined>
  // @ts-expect-error: it is not declared
  req.session.nothing
  // @ts-expect-error: declared as a number
  req.session.views = 'many'
  req.session.views = (req.session.views ?? 0) + 1
  if (!req.isAuthenticated()) return void res.json(req.flash('info'))
  // The types of passport do not hide those of the session
  true satisfies Same<typeof req.user.name, string>
  const messages: string[] = req.session.messages ?? req.flash('error')
  req.session.regenerate(err => (err ? next(err) : req.flash('info', messages)))
  req.logout({ keepSessionInfo: true }, err => (err ? next(err) : res.redirect('/')))
})

/** A handler with more specific requests. */
interface LoggedIn extends express.Request {
  user: Express.User
  session: session.Session & { views: number }
}
export const greet = (req: LoggedIn): string => `${req.user.name}, ${req.session.views}, ${req.session.cookie.maxAge}`
