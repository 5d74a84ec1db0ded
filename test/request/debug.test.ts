import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'

/** The lines of each request, without times and colours. */
function visits(): Map<string, string[]> {
  const script = join(__dirname, '../support/debug-visits.ts')
  const env = { ...process.env, DEBUG: 'express-session', DEBUG_COLORS: 'no', DEBUG_HIDE_DATE: 'yes' }
  const output = execFileSync('/bin/sh', ['-c', '"$0" --require tsx/cjs "$1" 2>&1', process.execPath, script], { env, encoding: 'utf8' })
  const seen = new Map<string, string[]>()
  for (const part of output.split(/^== /m).slice(1)) {
    const [title, ...lines] = part.trim().split('\n')
    seen.set(
      title as string,
      lines.map(line => line.replace(/^.*?express-session /, '').replace(/ \+\d+m?s$/, '')),
    )
  }
  return seen
}

describe('request: DEBUG=express-session', () => {
  let seen: Map<string, string[]>
  before(function () {
    this.timeout(20_000)
    seen = visits()
  })

  it('logs a new session', () => {
    const lines = seen.get('new')
    expect(lines?.slice(0, 2)).to.deep.equal(['no SID sent, generating session', 'saving abc'])
    expect(lines?.at(-1)).to.match(/^set-cookie connect\.sid=s%3Aabc\..*; Path=\/; HttpOnly$/)
  })

  it('logs a session that is resumed', () => {
    expect(seen.get('returning')).to.deep.equal(['fetching abc', 'session found', 'touching', 'touched'])
  })

  it('logs a session that is saved', () => {
    expect(seen.get('changed')?.slice(0, 3)).to.deep.equal(['fetching abc', 'session found', 'saving abc'])
  })

  it('logs a session that is unset', () => {
    expect(seen.get('dropped')?.slice(2).sort()).to.deep.equal(['destroyed', 'destroying', 'no session'])
  })

  it('logs a session that no longer exists', () => {
    expect(seen.get('gone')?.slice(0, 2)).to.deep.equal(['fetching abc', 'no session found'])
  })

  it('logs a cookie with an invalid signature', () => {
    expect(seen.get('forged')?.[0]).to.equal('cookie signature invalid')
    expect(seen.get('unsigned')?.[0]).to.equal('cookie unsigned')
  })

  it('logs why the middleware calls next() without a session', () => {
    expect(seen.get('elsewhere')).to.deep.equal(['pathname mismatch'])
  })

  it('logs why no cookie was set', () => {
    expect(seen.get('insecure')).to.contain('not secured')
  })

  it('logs an invalid ID', () => {
    expect(seen.get('bogus')?.join()).to.contain('session ignored because of bogus req.sessionID 5')
  })
})
