import { expect } from 'chai'
import { useDiagnostics } from '../support/diagnostics'
import { count } from '../support/handlers'
import type { Host } from '../support/host'
import { onEachHost } from '../support/hosts'
import { siteOn } from '../support/site'
import { useWarnings } from '../support/warnings'

/** Enough requests for the warning. */
const MANY = 50

let made = 0

onEachHost('diagnostics: a path that no request has', host => {
  const warnings = useWarnings()
  const published = useDiagnostics('resession:session-skipped')

  const never = `never${made++}`

  it('causes a warning once, after 50 requests', async () => {
    const site = await visited(host, never, MANY - 1)
    expect(warnings).to.deep.equal([])
    await site.get('/page')
    await site.get('/page')
    expect(warnings.map(({ code }) => code)).to.deep.equal(['RESESSION_PATH_MISMATCH'])
    expect(warnings[0]?.message).to.contain(`cookie.path of "${never}" is "/app", and they ask for other paths, such as "/page"`)
    expect(published.map(([, message]) => message)).to.deep.equal([
      { reason: 'path-never-matches', code: 'RESESSION_PATH_MISMATCH', name: never },
    ])
  })

  it('causes no warning if one request had it', async () => {
    await visited(host, `once${made++}`, MANY + 1, '/app/page')
    expect(warnings).to.deep.equal([])
    expect(published).to.deep.equal([])
  })
})

/**
 * A site after so many requests for another path than that of its sessions.
 *
 * @param first the path before those
 */
async function visited(host: Host, name: string, times: number, first = '/page') {
  const site = siteOn(host, { name, cookie: { path: '/app' } }, (req, res) => (req.session ? count(req, res) : res.end()))
  await site.get(first)
  for (let visits = 1; visits < times; visits++) await site.get('/page')
  return site
}
