import { expect } from 'chai'
import { useDiagnostics } from '../support/diagnostics'
import { onEachHost } from '../support/hosts'
import { useWarnings } from '../support/warnings'
import { SITUATIONS } from './situations'

const CHANNELS = [
  'resession:cookie-withheld',
  'resession:cookie-rejected',
  'resession:cookie-dropped',
  'resession:cookie-exposed',
  'resession:cookie-repeated',
  'resession:session-skipped',
  'resession:session-unsaved',
  'resession:session-unlimited',
  'resession:registry-corrupt',
  'resession:store-unsuitable',
  'resession:listener-failed',
]

let count = 0

/** A warning is emitted once for each name. */
const newName = (): string => `sid${count++}`

onEachHost('diagnostics', host => {
  const published = useDiagnostics(...CHANNELS)

  describe('warnings', () => {
    const warnings = useWarnings()

    for (const { title, reason, code, channel, says, error, wrong, right } of SITUATIONS) {
      describe(title, () => {
        it('causes a warning, once, with a link', async () => {
          const name = newName()
          await wrong(host, { name })
          await wrong(host, { name })
          expect(warnings.map(({ code }) => code)).to.deep.equal([code])
          expect(warnings[0]?.message).to.match(says)
          expect(warnings[0]?.message).to.contain(name)
          expect(warnings[0]?.message).to.match(
            new RegExp(`(?:[^.?]\\.|[^.]\\?) See docs/troubleshooting\\.md#${code.toLowerCase()} in the package resession$`),
          )
        })

        it('is published each time, with a reason', async () => {
          const name = newName()
          await wrong(host, { name })
          const [first] = published
          expect(first).to.deep.equal([channel, { reason, code, name, ...(error && { error }) }])
          const before = published.length
          await wrong(host, { name })
          expect(published.length).to.equal(2 * before)
        })

        it('causes no warning in a healthy app', async () => {
          await right(host, { name: newName() })
          expect(warnings).to.deep.equal([])
          expect(published).to.deep.equal([])
        })

        it('is published without a warning with diagnostics: false', async () => {
          await wrong(host, { name: newName(), diagnostics: false })
          expect(warnings).to.deep.equal([])
          expect(published).to.not.deep.equal([])
        })
      })
    }
  })

  describe('with NODE_ENV test', () => {
    const warnings = useWarnings('test')

    for (const { title, wrong } of SITUATIONS) {
      it(`${title} is published without a warning`, async () => {
        await wrong(host, { name: newName() })
        expect(warnings).to.deep.equal([])
        expect(published).to.not.deep.equal([])
      })
    }
  })
})
