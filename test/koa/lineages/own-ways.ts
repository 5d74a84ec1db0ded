import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'

interface Cookies {
  get(name: string): string | undefined
  set(name: string, value: string | null, options?: object): void
}

const cookiesOf = (ctx: unknown): Cookies => (ctx as { cookies: Cookies }).cookies

/** A transport with a cookie of the app, in the spelling of koa-session. */
export const externalKey: NonNullable<AnySpelling['externalKey']> = {
  get: ctx => cookiesOf(ctx).get('own'),
  set: (ctx, id) => cookiesOf(ctx).set('own', id, { httpOnly: false }),
}

/** The same in the spelling of koa-generic-session; the session that it receives is sent too. */
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
