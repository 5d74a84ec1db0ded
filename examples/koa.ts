import Koa from 'koa'
import session from '../lib/koa'

declare module '../lib' {
  interface SessionData {
    user?: string
    views?: number
  }
}

const app = new Koa()
app.keys = [process.env.SESSION_SECRET ?? 'only for trying it out']

app.use(session({ cookie: { sameSite: 'lax', maxAge: 24 * 60 * 60 * 1000 } }, app))

app.use(async ctx => {
  if (ctx.path === '/login') {
    // Regenerate the session ID on every privilege change
    await ctx.regenerateSession()
    ctx.session.user = 'tobi'
  }
  if (ctx.path === '/logout') ctx.session = null
  if (ctx.path !== '/') return ctx.redirect('/')
  ctx.session.views = (ctx.session.views ?? 0) + 1
  ctx.body = `${ctx.session.user ?? 'guest'}, visit ${ctx.session.views}\n`
})

app.listen(process.env.PORT ?? 3000)
