/** The path of what a request line asks for, as the client has written it. */
export function pathOf(target: string | undefined): string {
  if (!target) return '/'
  // RFC 9112 section 3.2.4: `OPTIONS *` asks for no path at all
  if (target.startsWith('/') || target === '*') return withoutQuery(target)
  // RFC 9112 section 3.2.2: a request through a proxy names the whole URL
  return URL.canParse(target) ? new URL(target).pathname || '/' : '/'
}

function withoutQuery(target: string): string {
  const end = target.search(/[?#]/)
  return end === -1 ? target : target.slice(0, end)
}
