/** Under this symbol a session knows its view: the object that the app sees in its place, as `ctx.session` on Koa. express-session's is its own view. */
export const VIEW = Symbol('resession.view')

/** Holds a session's data under the app's names, whichever those are. */
export interface View {
  /** What the app sees. */
  readonly shown: object
  /** The data as records have them. `cookie` is the name of the record's own key, and so never one of the data. */
  readonly data: object
  /** @param key as in `data` */
  put(key: string, value: unknown): void
  remove(key: string): void
}

export function viewOf(session: object): View | undefined {
  return (session as { [VIEW]?: View })[VIEW]
}

/** The object that holds a session's data, or a record. */
export function dataIn(session: object): object {
  return viewOf(session)?.data ?? session
}

/** What the app sees of a session. */
export function shownOf(session: object): object {
  return viewOf(session)?.shown ?? session
}

/** Changes a session that is its own view. */
export function itself(session: object): Pick<View, 'put' | 'remove'> {
  const live = session as Record<string, unknown>
  return {
    put(key, value) {
      live[key] = value
    },
    remove(key) {
      delete live[key]
    },
  }
}
