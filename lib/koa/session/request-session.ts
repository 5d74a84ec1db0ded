const METHODS = ['touch', 'resetMaxAge', 'save', 'reload', 'destroy', 'regenerate'] as const

/** The members of express-session's session. */
const MEMBERS = new Set<string | symbol>(['id', 'req', 'cookie', ...METHODS])

/** The part of a session that the object represents. */
interface Represented extends Record<(typeof METHODS)[number], (...given: never[]) => unknown> {
  readonly id: string
  readonly req: { readonly ctx: { readonly req: unknown } }
  readonly shown: object
  cookie: unknown
}

/**
 * The object at `ctx.req.session`, for passport and other packages that only know express-session: the data of `ctx.session`, with the members of
 * express-session.
 */
export function requestSession(session: Represented): object {
  const methods = new Map<string | symbol, unknown>(
    METHODS.map(name => [
      name,
      (...given: never[]): unknown => {
        const returned: unknown = Reflect.apply(session[name], session, given)
        return returned === session ? proxy : returned
      },
    ]),
  )
  const proxy: object = new Proxy(session.shown, {
    has: (shown, name) => MEMBERS.has(name) || name in shown,
    get(shown, name): unknown {
      if (name === 'id') return session.id
      if (name === 'req') return session.req.ctx.req
      if (name === 'cookie') return session.cookie
      return methods.get(name) ?? Reflect.get(shown, name)
    },
    set(shown, name, value: unknown) {
      if (name !== 'cookie') return Reflect.set(shown, name, value)
      session.cookie = value
      return true
    },
  })
  return proxy
}
