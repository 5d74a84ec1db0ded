import { subjects as table, YARDSTICK } from '../measured/subjects'
import type { InProcessRow } from '../summary'
import type { Result } from './result'
import { element, line, picture, rectangle, text, ticks } from './svg'

/** A row that has a floor. */
type Bar = InProcessRow & Required<Pick<InProcessRow, 'added'>>

/** From microseconds and a bar's number to where they are. */
interface Scale {
  readonly x: (microseconds: number) => number
  readonly y: (bar: number) => number
  readonly bottom: number
}

const WIDTH = 760
const LEFT = 124
const RIGHT = 110
const TOP = 96
const BAR = 18
const STEP = 22
const GAP = 16
const FAINT = { class: 'faint' }

/** Brings its own ground, light or dark, so that it can be read on any page; without variables, which not every viewer knows. */
const STYLE = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .faint { font-size: 12px; fill: #59636e }
  .ground { fill: #ffffff; stroke: #d1d9e0 }
  .rule { stroke: #e4e8ec }
  .spread { stroke: #1f2328; stroke-width: 1.5 }
  .bar-0 { fill: #1f6feb } .bar-1 { fill: #b3bcc6 } .bar-2 { fill: #d4842f } .bar-3 { fill: #2f9e63 } .bar-4 { fill: #8957e5 } .bar-5 { fill: #c9528f }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .faint { fill: #9198a1 }
    .ground { fill: #151b23; stroke: #3d444d } .rule { stroke: #2c343d } .spread { stroke: #f0f6fc }
    .bar-0 { fill: #4493f8 } .bar-1 { fill: #656c76 }
  }
`

/** Bars of the time that each subject adds to a visit. */
export function addedTimePlot({ inProcess, machine, plan }: Result): string {
  const variants = table.filter(({ variant }) => variant !== undefined).map(({ name }) => name)
  const bars = inProcess.filter((row): row is Bar => row.added !== undefined && !variants.includes(row.subject))
  const subjects = Array.from(new Set(bars.map(({ subject }) => subject)))
  const visits = Array.from(new Set(bars.map(({ visit }) => visit)))
  const steps = ticks(Math.max(...bars.map(({ added }) => added.high)), 6)
  const scale = scaleOf(bars, steps)
  const title = 'What sessions add to a visit, in microseconds over the bare handler'
  return picture(
    { width: WIDTH, height: scale.bottom + 80, title },
    STYLE,
    rectangle(0.5, 0.5, WIDTH - 1, scale.bottom + 79, { class: 'ground', rx: 6 }),
    text(title, 20, 28, { class: 'title' }),
    legend(subjects),
    ...steps.map(step => rule(step, scale)),
    ...visits.map(visit => group(visit, bars, scale)),
    ...bars.map((bar, at) => drawn(bar, at, subjects.indexOf(bar.subject), scale)),
    text(`Medians of ${plan.inProcess.rounds} rounds, with quartiles; per cent of what ${YARDSTICK} adds.`, 20, scale.bottom + 44, FAINT),
    text(`Node ${machine.node.slice(1)}, ${machine.processor}, ${machine.when}.`, 20, scale.bottom + 62, FAINT),
  )
}

function scaleOf(bars: readonly Bar[], steps: readonly number[]): Scale {
  const gaps = bars.map((_, at) => new Set(bars.slice(0, at + 1).map(({ visit }) => visit)).size - 1)
  const y = (bar: number) => TOP + bar * STEP + (gaps[bar] ?? 0) * GAP
  const last = steps.at(-1) as number
  return { x: microseconds => LEFT + (Math.max(0, microseconds) / last) * (WIDTH - LEFT - RIGHT), y, bottom: y(bars.length - 1) + STEP + 8 }
}

function legend(subjects: readonly string[]): string {
  const each = 150
  const entry = (subject: string, at: number) =>
    rectangle(20 + at * each, 50, 12, 12, { class: `bar-${at}`, rx: 2 }) + text(subject, 38 + at * each, 56)
  return element('g', {}, ...subjects.map(entry))
}

function rule(step: number, { x, bottom }: Scale): string {
  const at = x(step)
  return (
    line(at, TOP - 10, at, bottom, { class: 'rule' }) + text(String(step), at, bottom + 14, { class: 'faint', 'text-anchor': 'middle' })
  )
}

function group(visit: string, bars: readonly Bar[], { y }: Scale): string {
  const first = bars.findIndex(bar => bar.visit === visit)
  const last = bars.findLastIndex(bar => bar.visit === visit)
  return text(visit, LEFT - 12, (y(first) + y(last) + BAR) / 2, { 'text-anchor': 'end' })
}

function drawn({ added, share, subject }: Bar, at: number, colour: number, { x, y }: Scale): string {
  const middle = y(at) + BAR / 2
  const figure = added.median.toFixed(1)
  const words = subject === YARDSTICK || share === undefined ? figure : `${figure}, ${Math.round(share * 100)} %`
  return element(
    'g',
    {},
    rectangle(x(0), y(at), x(added.median) - x(0), BAR, { class: `bar-${colour}`, rx: 2 }),
    line(x(added.low), middle, x(added.high), middle, { class: 'spread' }),
    text(words, x(added.high) + 8, middle),
  )
}
