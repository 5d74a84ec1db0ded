import { expect } from 'chai'
import { CONNECT, IN_COOKIE, type Policy } from '../../lib/core/settings/policy'
import { planCookie, planStore, type Facts, type Plan } from '../../lib/core/request/plan'

const BOOLEANS = [false, true]

/** Every combination of the relevant facts, with its plan. */
function table(policy: Policy, done?: Plan): string[] {
  const rows: string[] = []
  for (const returning of BOOLEANS)
    for (const modified of BOOLEANS)
      for (const saved of BOOLEANS)
        for (const changed of BOOLEANS)
          for (const expires of BOOLEANS) {
            const facts: Facts = { ...FACTS, returning, modified, saved, changed, expires, lastPlan: done }
            const names = Object.entries({ returning, modified, saved, changed, expires }).flatMap(([name, is]) => (is ? [name] : []))
            rows.push(
              `${names.join('+') || 'none'}: ${planStore(facts, policy)}${planCookie(facts, policy, undefined) === 'set' ? ', cookie' : ''}`,
            )
          }
  return rows
}

const POLICY: Policy = {
  resave: false,
  rolling: false,
  saveUninitialized: false,
  unset: 'keep',
  clearsCookie: false,
  keepsIdle: false,
  family: CONNECT,
}
const FACTS: Facts = {
  present: true,
  unread: false,
  returning: false,
  modified: false,
  saved: false,
  changed: false,
  cookieChanged: false,
  expires: false,
  anonymous: false,
  touchedRecently: false,
  passive: false,
  rewritten: false,
  cookieReplaced: false,
  pastHalfLife: false,
  outdated: false,
  sent: false,
  destroyed: undefined,
  lastPlan: undefined,
}
const ABSENT: Facts = { ...FACTS, present: false }

describe('core: plan', () => {
  it('follows a table, with resave, rolling and saveUninitialized off', () => {
    expect(table(POLICY)).to.deep.equal([
      'none: nothing',
      'expires: nothing',
      'changed: nothing',
      'changed+expires: nothing',
      'saved: nothing',
      'saved+expires: nothing',
      'saved+changed: save',
      'saved+changed+expires: save',
      'modified: save, cookie',
      'modified+expires: save, cookie',
      'modified+changed: save, cookie',
      'modified+changed+expires: save, cookie',
      'modified+saved: nothing, cookie',
      'modified+saved+expires: nothing, cookie',
      'modified+saved+changed: save, cookie',
      'modified+saved+changed+expires: save, cookie',
      'returning: touch',
      'returning+expires: touch',
      'returning+changed: save',
      'returning+changed+expires: save',
      'returning+saved: touch',
      'returning+saved+expires: touch',
      'returning+saved+changed: save',
      'returning+saved+changed+expires: save',
      'returning+modified: touch',
      'returning+modified+expires: touch, cookie',
      'returning+modified+changed: save',
      'returning+modified+changed+expires: save, cookie',
      'returning+modified+saved: touch',
      'returning+modified+saved+expires: touch, cookie',
      'returning+modified+saved+changed: save',
      'returning+modified+saved+changed+expires: save, cookie',
    ])
  })

  it('does not repeat a destroy that has timed out, and does not clear the cookie', () => {
    for (const family of [CONNECT, IN_COOKIE]) {
      const policy: Policy = { ...POLICY, unset: 'destroy', family }
      const facts: Facts = { ...ABSENT, returning: true, sent: true, destroyed: 'unanswered' }
      expect([planStore(facts, policy), planCookie(facts, policy, undefined)]).to.deep.equal(['nothing', 'nothing'])
    }
  })

  it('saves each returning session with resave, unless the handler has saved it', () => {
    const rows = table({ ...POLICY, resave: true }).filter(row => row.startsWith('returning'))
    for (const row of rows) expect(row.includes(': save'), row).to.equal(!row.includes('saved') || row.includes('changed'))
  })

  it('saves where it would touch, with rollsBySave', () => {
    const policy: Policy = { ...POLICY, rolling: true }
    expect(table({ ...policy, rollsBySave: true })).to.deep.equal(table(policy).map(row => row.replace(': touch', ': save')))
  })

  it('sends the cookie of each returning session with rolling', () => {
    for (const row of table({ ...POLICY, rolling: true }).filter(row => row.startsWith('returning'))) expect(row).to.match(/, cookie$/)
  })

  it('saves each new session and sends its cookie with saveUninitialized, unless the handler has saved it', () => {
    const rows = table({ ...POLICY, saveUninitialized: true }).filter(row => !row.startsWith('returning'))
    for (const row of rows) {
      expect(row).to.match(/, cookie$/)
      expect(row.includes(': save'), row).to.equal(!row.includes('saved') || row.includes('changed'))
    }
  })

  it('destroys a removed session with unset: destroy, and does nothing otherwise', () => {
    expect(planStore(ABSENT, { ...POLICY, unset: 'destroy' })).to.equal('destroy')
    expect(planStore(ABSENT, POLICY)).to.equal('nothing')
    expect(planCookie(ABSENT, { ...POLICY, rolling: true, saveUninitialized: true }, undefined)).to.equal('nothing')
  })

  it('clears the cookie of a session that has ended, with clearsCookie', () => {
    const cookie = (facts: Partial<Facts>, options: Partial<Policy> = {}): string =>
      planCookie({ ...ABSENT, sent: true, ...facts }, { ...POLICY, clearsCookie: true, ...options }, undefined)
    expect(cookie({ destroyed: 'done' })).to.equal('clear')
    expect(cookie({}, { unset: 'destroy' })).to.equal('clear')
    expect(cookie({})).to.equal('nothing')
    expect(cookie({ destroyed: 'failed' })).to.equal('nothing')
    expect(cookie({ destroyed: 'done', sent: false })).to.equal('nothing')
    expect(cookie({ destroyed: 'done' }, { clearsCookie: false })).to.equal('nothing')
  })

  describe('of a session in the cookie', () => {
    const policy: Policy = { ...POLICY, family: IN_COOKIE }
    const told = (facts: Partial<Facts>, options: Partial<Policy> = {}, done?: Plan): string =>
      `${planStore({ ...FACTS, ...facts }, { ...policy, ...options })}, ${planCookie({ ...FACTS, ...facts }, { ...policy, ...options }, done)}`

    it('sets the cookie with each save, and without a save only with rolling', () => {
      expect(told({ returning: true, changed: true }, {}, 'save')).to.equal('save, set')
      expect(told({ modified: true, changed: true }, {}, 'save')).to.equal('save, set')
      expect(told({ saved: true })).to.equal('nothing, set')
      expect(told({ returning: true, sent: true })).to.equal('nothing, nothing')
      expect(told({ returning: true, sent: true }, { rolling: true }, 'touch')).to.equal('touch, set')
    })

    it('clears the cookie of a session that has ended', () => {
      expect(told({ sent: true })).to.equal('nothing, clear')
      expect(told({ present: false, sent: true, ended: true })).to.equal('nothing, clear')
      expect(told({ present: false, sent: true, returning: true }, { unset: 'destroy' })).to.equal('destroy, clear')
    })

    it('does not clear the cookie of a session that was unset and not ended', () => {
      expect(told({ present: false, sent: true, ended: false })).to.equal('nothing, nothing')
    })

    it('clears no cookie of a client that has sent none', () => {
      expect(told({})).to.equal('nothing, nothing')
      expect(told({ present: false, ended: true })).to.equal('nothing, nothing')
    })
  })

  it('does not repeat the step that the first byte has caused', () => {
    expect(planStore({ ...ABSENT, lastPlan: 'destroy' }, { ...POLICY, unset: 'destroy' })).to.equal('nothing')
    expect(planStore({ ...FACTS, returning: true, saved: true, lastPlan: 'save' }, POLICY)).to.equal('nothing')
    expect(planStore({ ...FACTS, returning: true, saved: true, changed: true, lastPlan: 'save' }, POLICY)).to.equal('save')
  })

  it('saves a cookie that the handler changed after it saved a new session', () => {
    expect(planStore({ ...FACTS, saved: true, cookieChanged: true }, POLICY)).to.equal('save')
    expect(planStore({ ...FACTS, saved: true, cookieChanged: true, returning: true }, POLICY)).to.equal('save')
  })

  it('saves and sends the changed cookie of a returning session', () => {
    const facts = { ...FACTS, returning: true, cookieReplaced: true }
    expect([planStore(facts, POLICY), planCookie(facts, POLICY, 'save')]).to.deep.equal(['save', 'set'])
    expect(planCookie({ ...facts, saved: true }, POLICY, undefined)).to.equal('set')
  })
})
