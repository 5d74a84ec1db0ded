import express from 'express'
import session from 'PACKAGE'

declare module 'PACKAGE' {
  interface SessionData {
    views: number
    user: { name: string }
  }
  // How apps typed their sessions before SessionData existed
  interface Session {
    extra: number
  }
}

/** True of the very same types: `any` is the same as nothing else. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const app = express()

app.use(
  session({
    secret: async req => {
      true satisfies Same<typeof req, express.Request>
      return [req.hostname, Buffer.from('older')]
    },
    genid: async req => req.ip ?? '',
    cookie: async req => ({ maxAge: 60000, secure: req.secure, partitioned: true, priority: 'high' }),
    resave: false,
    saveUninitialized: false,
  }),
)
app.use('/static', session({ secret: 'x', cookie: { sameSite: 'auto', secure: 'auto', maxAge: null } }))
app.use([session({ secret: ['new', 'old'], genid: req => req.path, cookie: req => ({ path: req.baseUrl }) })])
const handler: express.RequestHandler = session({ secret: 'x', unset: 'destroy', rolling: true, proxy: true, name: 'id' })
express.Router().use(handler)
app.use('/own', session({ secret: ['new', 'old'], store: 'cookie', seal: true }))
app.use('/sealed', session({ secret: 'x', store: 'cookie', seal: ['new', Buffer.from('older')] }))

// @ts-expect-error: no secret
session({})
// @ts-expect-error: no such option
session({ secret: 'x', resaved: true })
// @ts-expect-error: no such place
session({ secret: 'x', store: 'cookies' })
// @ts-expect-error: a number seals nothing
session({ secret: 'x', store: 'cookie', seal: 42 })
// @ts-expect-error: a number signs nothing
session({ secret: 42 })
// @ts-expect-error: an id is a string
session({ secret: 'x', genid: () => 7 })
// @ts-expect-error: nor is one promised
session({ secret: 'x', genid: async () => 7 })
// @ts-expect-error: no such attribute value
session({ secret: 'x', cookie: { sameSite: 'loose' } })
// @ts-expect-error: nor from a function
session({ secret: 'x', cookie: () => ({ priority: 'highest' }) })
// @ts-expect-error: Express's request has no such property
session({ secret: 'x', genid: req => req.nonsense })

app.get('/', async (req, res, next) => {
  await session.update(req, draft => void (draft.views = (draft.views ?? 0) + 1))
  // @ts-expect-error: a method of the package, since the names in a session belong to the app
  void req.session.update
  true satisfies Same<typeof req.session.views, number | undefined>
  true satisfies Same<typeof req.session.extra, number>
  true satisfies Same<typeof req.sessionID, string>
  true satisfies Same<typeof req.session.id, string>
  true satisfies Same<typeof req.session.cookie.originalMaxAge, number | null>
  // @ts-expect-error: it may not be there yet
  const views: number = req.session.views
  req.session.views = (req.session.views ?? 0) + 1
  req.session.user = { name: 'Ada' }
  // @ts-expect-error: it is not declared
  req.session.nothing
  // @ts-expect-error: declared as an object
  req.session.user = 'Ada'

  const saved = await req.session.save()
  true satisfies Same<typeof saved, void>
  await req.session.regenerate()
  await req.session.reload()
  req.session.save(err => next(err)).touch()
  req.session.reload(err => next(err)).resetMaxAge()
  req.session.regenerate(() => res.send(`${views} ${req.sessionID}`)).touch()
  req.session.destroy(err => next(err)).id.toUpperCase()
  await req.session.destroy()
  // @ts-expect-error: no such method
  req.session.commit()
})

app.get('/cookie', (req, res) => {
  const { cookie } = req.session
  cookie.maxAge = 60000
  cookie.expires = new Date()
  cookie.secure = true
  cookie.sameSite = 'none'
  cookie.httpOnly = false
  cookie.path = '/'
  cookie.domain = 'example.com'
  cookie.partitioned = true
  cookie.priority = 'high'
  // @ts-expect-error: no such attribute
  cookie.flavour = 'oat'
  // @ts-expect-error: no such value
  cookie.sameSite = 'loose'
  res.json(cookie)
})

app.get('/store', (req, res) => {
  req.sessionStore.generate(req)
  req.sessionStore.regenerate(req, () => res.end())
  req.sessionStore.get(req.sessionID, (_err, data) => res.json(data?.views?.toFixed()))
  req.sessionStore.load(req.sessionID, (_err, live) => res.json(live?.user?.name))
  req.sessionStore.all?.((_err, all) => res.json(all))
  const made = req.sessionStore.createSession(req, { cookie: req.session.cookie, views: 1, user: { name: 'Ada' } })
  true satisfies Same<typeof made.extra, number>
  true satisfies Same<typeof made.views, number>
  const store: session.Store = req.sessionStore
  store.destroy(req.sessionID, () => res.end())
  // @ts-expect-error: no such method
  req.sessionStore.forget('id')
})

/** A request of an app whose handlers know the type of the session data. */
interface SignedIn extends express.Request {
  session: session.Session & { views: number; user: { name: string } }
}
export const greet = (req: SignedIn): string => req.session.user.name
