import Koa from 'koa'
import { koaSession as session, type SessionOptions } from 'PACKAGE/koa/presets'

// Imports nothing else from the package, as an app that has changed one line
declare module 'PACKAGE' {
  interface SessionData {
    views: number
  }
}

const options: SessionOptions = { key: 'koa.sess', maxAge: 60000 }
const app = new Koa()
app.use(session(options, app))
app.use(async ctx => {
  const views: number | undefined = ctx.session.views
  ctx.session.views = (views ?? 0) + 1
  await ctx.session.save()
  // @ts-expect-error: a number
  ctx.session.views = 'many'
  ctx.session = null
})
