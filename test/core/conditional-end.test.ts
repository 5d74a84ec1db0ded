import { expect } from 'chai'
import { Cookie } from '../../lib/core/record/cookie'
import { newMarks } from '../../lib/core/record/marks'
import type { SessionData } from '../../lib/core/record/session-data'
import { ConditionalEnd, type Replaced } from '../../lib/core/store/records/conditional-end'

interface Ended {
  readonly writes: readonly SessionData[]
  readonly versions: readonly unknown[]
  readonly reads: number
  readonly err?: unknown
  readonly replaced?: Replaced
}

const RECORD = { cookie: new Cookie(), '~': newMarks(0), user: 'ada' } as unknown as SessionData

describe('core: the conditional end of a record', () => {
  /** @param refusals how often the store refuses a version, because another process has written */
  function end(refusals: number, { grace = 0, found = RECORD as SessionData | null } = {}): Ended {
    const writes: SessionData[] = []
    const versions: unknown[] = []
    let reads = 0
    let result: Pick<Ended, 'err' | 'replaced'> = {}
    const record = {
      id: 'id',
      write: (record: SessionData, version: unknown, done: (err: unknown, outcome: { ok: boolean }) => void) => {
        writes.push(record)
        versions.push(version)
        done(null, { ok: writes.length > refusals })
      },
    }
    const again = (): void => {
      reads++
      conditional.replace(RECORD, reads)
    }
    const conditional = new ConditionalEnd(record, grace, again, (err, replaced) => (result = { err, replaced }))
    conditional.replace(found ?? undefined, 0)
    return { writes, versions, reads, ...result }
  }

  it('writes a record that has expired, and tells what it was', () => {
    const { writes, reads, replaced } = end(0)
    expect(writes.map(({ cookie, ...data }) => [cookie.expires, data])).to.deep.equal([[new Date(0), {}]])
    expect([reads, replaced]).to.deep.equal([0, { record: RECORD, isLeft: false }])
  })

  it('leaves an empty session for the time of the grace', () => {
    const { writes, replaced } = end(0, { grace: 10_000 })
    expect(Object.keys(writes[0] as object)).to.deep.equal(['cookie', '~'])
    expect(Number(writes[0]?.cookie.expires)).to.be.above(Date.now())
    expect(replaced).to.deep.equal({ record: RECORD, isLeft: true })
  })

  it('leaves nothing of a record that was not read', () => {
    expect(end(0, { grace: 10_000, found: null }).replaced).to.deep.equal({ record: undefined, isLeft: false })
  })

  it('needs no cookie in the record', () => {
    expect(end(0, { found: { user: 'ada' } as unknown as SessionData }).replaced?.isLeft).to.equal(false)
  })

  it('reads again after another process has written', () => {
    const { versions, reads, replaced } = end(2, { found: null })
    expect([versions, reads, replaced?.record]).to.deep.equal([[0, 1, 2], 2, RECORD])
  })

  it('fails if other processes write it more than 100 times', () => {
    expect(end(100).err).to.equal(null)
    const { writes, err } = end(101)
    expect([writes.length, String(err)]).to.deep.equal([101, 'Error: session is changed by other requests too often; it is not destroyed'])
  })
})
