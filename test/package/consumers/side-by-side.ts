import type { SessionOptions as TheirOptions, Store as TheirStore } from 'UPSTREAM'
import type theirs from 'UPSTREAM'
import session from 'PACKAGE'

// A published store has the types of @types/express-session
export const withTheirStore = (store: TheirStore) => session({ secret: 'x', store })
export const withTheirOptions = (options: TheirOptions) => session(options)
// The declarations of @types/express-session for a request still exist
export const generate = (store: Express.SessionStore, req: Express.Request): boolean => req.sessionStore.emit('connect', store)
// Factories of published stores, such as memorystore, take the module as an argument
export const make = (factory: (module: typeof theirs) => new () => TheirStore) => session({ secret: 'x', store: new (factory(session))() })
// Promises, and an option that only this package's regenerate has
export const login = async ({ session }: Express.Request): Promise<void> => {
  await session.regenerate()
  await session.regenerate({ keep: ['cart'] })
  session.regenerate(err => console.error(err instanceof Error)).touch()
}
