import { YARDSTICK } from '../measured/subjects'
import { element, line, picture, rectangle, text } from '../report/svg'
import type { Machine } from '../machine'
import type { Result } from '../report/result'
import { groups } from './groups'
import type { GrowthRow } from './rows'

const OURS = 'resession'
const DRAWN = ['store size', 'data size', 'cookies']
const WIDTH = 760
const COLUMNS = 3
const TOP = 96
/** The size of a panel with its labels, and of its inner area. */
const PANEL = { width: 244, height: 216 }
const PLOT = { left: 54, top: 30, width: 168, height: 136 }
const FAINT = { class: 'faint' }

/** A background of its own, as in the plot of the bars. */
const STYLE = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 } .group { font-weight: 600 }
  .faint { font-size: 11px; fill: #59636e }
  .ground { fill: #ffffff; stroke: #d1d9e0 }
  .rule { stroke: #e4e8ec }
  .ours { stroke: #1f6feb; fill: #1f6feb } .other { stroke: #9aa4ae; fill: #9aa4ae }
  .curve { fill: none; stroke-width: 2 } .spread { stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .faint { fill: #9198a1 }
    .ground { fill: #151b23; stroke: #3d444d } .rule { stroke: #2c343d }
    .ours { stroke: #4493f8; fill: #4493f8 } .other { stroke: #7d868f; fill: #7d868f }
    .curve { fill: none }
  }
`

/** The curves of one value, one for each subject. */
export interface Panel {
  readonly name: string
  readonly along: string
  readonly unit: string
  readonly rows: readonly Pick<GrowthRow, 'subject' | 'at' | 'value'>[]
}

export function growthPlot({ growth, machine, plan }: Result): string {
  return curvesPlot('What grows, and what it costs', panelsOf(growth), plan.growth.rounds, machine)
}

/** Both axes are logarithmic: a linear cost rises by a decade per decade, and a constant one is flat. */
export function curvesPlot(title: string, panels: readonly Panel[], rounds: number, machine: Machine): string {
  const height = TOP + Math.ceil(panels.length / COLUMNS) * PANEL.height + 34
  return picture(
    { width: WIDTH, height, title },
    STYLE,
    rectangle(0.5, 0.5, WIDTH - 1, height - 1, { class: 'ground', rx: 6 }),
    text(title, 20, 28, { class: 'title' }),
    ...[OURS, YARDSTICK].map((subject, at) => key(subject, 20 + 130 * at)),
    ...panels.map((panel, at) =>
      element(
        'g',
        { transform: `translate(${10 + (at % COLUMNS) * PANEL.width} ${TOP + Math.floor(at / COLUMNS) * PANEL.height})` },
        drawn(panel),
      ),
    ),
    text(
      `Medians of ${rounds} rounds, with quartiles. Node ${machine.node.slice(1)}, ${machine.processor}, ${machine.when}.`,
      20,
      height - 20,
      FAINT,
    ),
  )
}

function panelsOf(growth: readonly GrowthRow[]): Panel[] {
  const drawn = growth.filter(({ group, subject, value }) => DRAWN.includes(group) && [OURS, YARDSTICK].includes(subject) && value.low > 0)
  const names = Array.from(new Set(drawn.map(({ curve }) => curve)))
  return names.map(name => {
    const rows = drawn.filter(({ curve }) => curve === name)
    const group = groups.find(({ name }) => name === rows[0]?.group)
    return { name, along: group?.along ?? '', unit: group?.added ? 'µs added' : 'ns', rows }
  })
}

function key(subject: string, x: number): string {
  return line(x, 56, x + 22, 56, { class: `${classOf(subject)} curve` }) + text(subject, x + 30, 56)
}

function drawn({ name, along, unit, rows }: Panel): string {
  const x = scaleOf(
    rows.map(({ at }) => at),
    PLOT.left,
    PLOT.left + PLOT.width,
  )
  const y = scaleOf(
    rows.flatMap(({ value }) => [value.low, value.high]),
    PLOT.top + PLOT.height,
    PLOT.top,
  )
  const [bottom, right] = [PLOT.top + PLOT.height, PLOT.left + PLOT.width]
  return [
    text(`${name}, ${unit}`, PLOT.left, 8, { class: 'group' }),
    ...x.decades.map(at => line(x.of(at), PLOT.top, x.of(at), bottom, { class: 'rule' })),
    ...x.decades.map(at => text(short(at), x.of(at), bottom + 12, { class: 'faint', 'text-anchor': 'middle' })),
    ...y.decades.map(at => line(PLOT.left, y.of(at), right, y.of(at), { class: 'rule' })),
    ...y.decades.map(at => text(short(at), PLOT.left - 6, y.of(at), { class: 'faint', 'text-anchor': 'end' })),
    text(along, right, bottom + 28, { class: 'faint', 'text-anchor': 'end' }),
    ...[YARDSTICK, OURS].map(subject => curve(subject, rows, x, y)),
  ].join('')
}

function curve(subject: string, rows: Panel['rows'], x: Scale, y: Scale): string {
  const own = rows.filter(row => row.subject === subject)
  const points = own.map(({ at, value }) => `${x.of(at).toFixed(1)},${y.of(value.median).toFixed(1)}`).join(' ')
  const marks = own.map(({ at, value: { low, median, high } }) => {
    const spread = line(x.of(at), y.of(low), x.of(at), y.of(high), { class: 'spread' })
    return spread + element('circle', { cx: x.of(at), cy: y.of(median), r: 2.5 })
  })
  return element('g', { class: classOf(subject) }, element('polyline', { points, class: 'curve' }), ...marks)
}

function classOf(subject: string): string {
  return subject === OURS ? 'ours' : 'other'
}

interface Scale {
  readonly of: (value: number) => number
  readonly decades: readonly number[]
}

/** Maps whole decades to positions between the two ends. */
export function scaleOf(values: readonly number[], start: number, end: number): Scale {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  return {
    of: value => start + ((Math.log10(value) - low) / (high - low)) * (end - start),
    decades: Array.from({ length: high - low + 1 }, (_, at) => Number(`1e${low + at}`)),
  }
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`
  return value >= 1000 ? `${value / 1000}k` : String(value)
}
