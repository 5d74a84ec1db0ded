import * as session from 'PACKAGE'

// How Nest's template and its documentation write it, without esModuleInterop
export const handler = session({ secret: 'x', store: new session.MemoryStore() })
// @ts-expect-error: no secret
session({})
