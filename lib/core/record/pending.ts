import { randomBytes } from 'node:crypto'

/** The key that marks a copied record as pending, until it is certain that the session was not destroyed meanwhile. */
export const PENDING = '~moving'

/** The value when the session is certain to exist, and its older record is still to be removed. */
export const CONFIRMED = 1

const BYTES = 9

/** Of the random values. */
const FORM = /^[\w-]{12}$/

interface Pending {
  readonly [PENDING]?: unknown
}

/** The value is random: to a store whose versions are the texts of records, two equal copies would be one, even if the session was destroyed between them. */
export function newPending(): string {
  return randomBytes(BYTES).toString('base64url')
}

/** Whether the move of a record has not been completed. An app may have data of another form under the same name. */
export function isPending(record: object): boolean {
  const { [PENDING]: value } = record as Pending
  return value === CONFIRMED || (typeof value === 'string' && FORM.test(value))
}

/** Whether only the older record of a moved session is left to be removed. */
export function isConfirmed(record: object): boolean {
  return (record as Pending)[PENDING] === CONFIRMED
}

/** A copy without the marker. */
export function withoutPending<Data extends object>(record: Data): Omit<Data, typeof PENDING> {
  const { [PENDING]: _, ...rest } = record as Data & Pending
  return rest
}
