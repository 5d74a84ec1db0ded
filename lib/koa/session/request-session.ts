const METHODS = ['touch', 'resetMaxAge', 'save', 'reload', 'destroy', 'regenerate'] as const

/** What express-session has in a session, beside the data. */
const MEMBERS = new Set<string | symbol>(['id', 'req', 'cookie', ...METHODS])

/** As much of a session as the object stands for. */
interface Represented extends Record<(typeof METHODS)[number], (...given: never[]) => unknown> {
  readonly id: string
  readonly req: { readonly ctx: { readonly req: unknown } }
  readonly shown: object
  cookie: unknown
}

/**
 * What `ctx.req.session` is, for passport and others that know express-session alone: the object at `ctx.session`, with express-session's members, which
 * that object itself does not have.
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
