/** A response, for Express and Koa. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function text(body: string, type: string, status = 200): Answer {
  return { status, headers: { 'Content-Type': `${type}; charset=utf-8` }, body }
}

export function json(value: object, status = 200): Answer {
  return text(JSON.stringify(value), 'application/json', status)
}

/** The response to a form: the browser loads the location, and a reload does not send the form again. */
export function seeOther(location: string): Answer {
  return { status: 303, headers: { Location: location }, body: '' }
}

/** Sent with every response. The page shows a session ID, so caches and frames of other sites must not have it. */
export const HARDENING = {
  'Content-Security-Policy': "default-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
} as const
