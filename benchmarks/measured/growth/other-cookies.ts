/** The other cookies in the `Cookie` header: the session's cookie comes last, after all of them. */
export type Others =
  | { readonly cookies: number }
  | {
      /** The size of the whole header value. */
      readonly bytes: number
      readonly form: Form
    }

/**
 * Cookies as sites set them: one large cookie, and some that contain the name of the session cookie in their values, which a text search finds
 * everywhere.
 */
export type Form = 'many cookies' | 'one large cookie' | 'our name in other cookies'

export const FORMS: readonly Form[] = ['many cookies', 'one large cookie', 'our name in other cookies']

const OURS = 'connect.sid'

export function withOthers(own: string, others: Others): string {
  if ('cookies' in others) return [...Array.from({ length: others.cookies }, (_, at) => cookie(at)), own].join('; ')
  const room = others.bytes - own.length - '; '.length
  return `${filling(others.form, room)}; ${own}`
}

function filling(form: Form, room: number): string {
  if (form === 'one large cookie') return 'large='.padEnd(room, 'x')
  let text = ''
  const next = form === 'many cookies' ? cookie : (at: number) => `n${at}=${OURS}.${OURS}`
  for (let at = 0; ; at++) {
    const longer = text ? `${text}; ${next(at)}` : next(at)
    if (longer.length > room) return text.padEnd(room, 'x')
    text = longer
  }
}

function cookie(at: number): string {
  return `_site_${at}=GA1.2.1234567890.1700000000`
}
