import session from 'PACKAGE/koa'
import { koaSession } from 'PACKAGE/koa/presets'

// Koa's types are not required: the app may declare its own type of a context
export const middlewares = [session({ rolling: true }), koaSession]
export const viewsOf = ({ session }: session.ContextSession): number => session.length
// @ts-expect-error: no such option
session({ rollings: true })
