import { RandomTexts } from '../../primitives/random-texts'

// 192 bits: more than the 128 that OWASP requires, and the length of express-session's IDs, for which columns of SQL stores are sized
const ids = new RandomTexts(24)

/** A new session ID: 24 random bytes as 32 characters of base64url. */
export function newId(): string {
  return ids.next()
}
