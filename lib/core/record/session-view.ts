/**
 * The key under which a session refers to its view: the object that the app sees instead, such as `ctx.session` on Koa. A session of express-session
 * is its own view.
 */
export const VIEW = Symbol('resession.view')

/** The data of a session under the app's names. */
export interface View {
  /** The object that the app sees. */
  readonly shown: object
  /** The data as in records. `cookie` is a name of the record, and never one of the data. */
  readonly data: object
  /** @param key a name as in `data` */
  put(key: string, value: unknown): void
  remove(key: string): void
  /**
   * The session has got its ID in the place of an earlier one. The app's object of that shows the data of this one.
   *
   * @param before the session of the earlier ID
   */
  succeed(before: object): void
}

/** The view of a session whose data are in another object, as on Koa. */
export function viewOf(session: object): View | undefined {
  return (session as { [VIEW]?: View })[VIEW]
}

/** The object with a session's data, or a record itself. */
export function dataIn(session: object): object {
  return viewOf(session)?.data ?? session
}

/** The object that the app sees of a session. */
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
