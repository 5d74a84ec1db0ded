import * as session from 'PACKAGE'

// The form of Nest's template and documentation, without esModuleInterop
export const handler = session({ secret: 'x', store: new session.MemoryStore() })
// @ts-expect-error: no secret
session({})
