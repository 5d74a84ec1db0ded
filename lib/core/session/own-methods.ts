/** Methods of a session, with or without a class. */
interface Methods {
  readonly save: unknown
  readonly reload: unknown
  readonly destroy: unknown
  readonly regenerate: unknown
}

/** What an app assigns in the place of `save` and `reload` is no data of the session, and is not copied with it, as in express-session. */
export function ownMethods(session: Methods): void {
  // Those of the class, because an app may have replaced them there
  define(session, 'reload', session.reload)
  define(session, 'save', session.save)
}

/** The session of another copy of the package has methods without promises, for which no response waits. It gets those of this copy. */
export function lendMethods(session: object, methods: Methods): void {
  for (const name of ['save', 'reload', 'destroy', 'regenerate'] as const) define(session, name, methods[name])
}

/** An own property that is not enumerable. */
function define(session: object, name: keyof Methods, value: unknown): void {
  Object.defineProperty(session, name, { value, configurable: true, writable: true })
}
