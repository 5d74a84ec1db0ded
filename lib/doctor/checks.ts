import { httpOnly, lifetime, notCached, sameSite, secure } from './attribute-checks'
import { cookieKept, cookieReturned, cookieSet } from './cookie-checks'
import { findings, type Finding } from './finding'
import { allVisits, type Observations } from './observations'
import { proxy } from './proxy-check'
import { loginNewId, ownSession, sameSession } from './session-checks'

const CHECKS: readonly ((seen: Observations) => Finding)[] = [
  cookieSet,
  cookieKept,
  cookieReturned,
  sameSession,
  ownSession,
  loginNewId,
  notCached,
  httpOnly,
  secure,
  sameSite,
  lifetime,
  proxy,
]

/** What is to be said of a site. */
export function check(seen: Observations): Finding[] {
  const responding = responds(seen)
  if (seen.first.responses.length === 0) return [responding]
  return [responding, ...CHECKS.map(check => check(seen))]
}

/** @param error why a page did not load */
function fixOf(error: string, { protocol, host, pathname }: URL): string | undefined {
  if (/redirects/.test(error)) return 'A loop between a page and its login page is often a session that is not kept: see the other checks.'
  if (protocol === 'http:' && /hang up|ECONNRESET/.test(error)) return `If the server speaks HTTPS, ask https://${host}${pathname}`
  return undefined
}

function responds(seen: Observations): Finding {
  const { pass, fail, warn } = findings('responds')
  const visits = allVisits(seen)
  const broken = visits.find(({ error }) => error !== undefined)
  if (broken) {
    return fail(`A page did not load: ${broken.error}.`, fixOf(broken.error as string, seen.url))
  }
  const pages = visits.map(({ responses }) => responses.at(-1)?.status as number)
  const failed = pages.find(status => status >= 500)
  if (failed !== undefined) return fail(`A response had the status ${failed}.`, 'Read the log of the server.')
  const refused = pages.find(status => status >= 400)
  if (refused !== undefined) {
    return warn(`A response had the status ${refused}.`, 'Choose the URL of a page that exists; send credentials with --header.')
  }
  return pass(`${pages.length} pages were loaded.`)
}
