import session from 'PACKAGE/koa'
import { koaSession } from 'PACKAGE/koa/presets'

// Nobody has to have Koa's types: a context is then what the app says
export const middlewares = [session({ rolling: true }), koaSession]
export const viewsOf = ({ session }: session.ContextSession): number => session.length
// @ts-expect-error: no such option
session({ rollings: true })
