import { randomBytes } from 'node:crypto'

// 192 bits: above the 128 that OWASP asks for, and express-session's length, which the columns of SQL stores are cut for
const BYTES = 24

/** A new session id: 24 random bytes as 32 characters of base64url. */
export function newId(): string {
  return randomBytes(BYTES).toString('base64url')
}
