import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'

interface Cookies {
  get(name: string): string | undefined
  set(name: string, value: string | null, options?: object): void
}

const cookiesOf = (ctx: unknown): Cookies => (ctx as { cookies: Cookies }).cookies

/** Ids go by a cookie that is the app's own: koa-session's way to say it. */
export const externalKey: NonNullable<AnySpelling['externalKey']> = {
  get: ctx => cookiesOf(ctx).get('own'),
  set: (ctx, id) => cookiesOf(ctx).set('own', id, { httpOnly: false }),
}

/** And koa-generic-session's; what it is told of the session goes along. */
export const sessionIdStore: NonNullable<AnySpelling['sessionIdStore']> = {
  get() {
    return cookiesOf(this).get('own')
  },
  set(id, session) {
    cookiesOf(this).set('own', id, { httpOnly: false })
    cookiesOf(this).set('told', JSON.stringify({ a: (session as { a?: number }).a }))
  },
  reset() {
    cookiesOf(this).set('own', null)
  },
}
