import { subjects as table, YARDSTICK } from '../measured/subjects'
import { USUAL } from '../measured/visits'
import type { InProcessRow } from '../summary'
import type { Result } from './result'
import { element, line, picture, rectangle, text, ticks } from './svg'

/** A row that has a floor. */
type Bar = InProcessRow & Required<Pick<InProcessRow, 'added' | 'over'>>

/** The bars of one visit over one floor. */
type Group = readonly [Bar, ...Bar[]]

/** Maps microseconds and bars to positions. */
interface Scale {
  readonly x: (microseconds: number) => number
  readonly y: (bar: Bar) => number
  readonly bottom: number
}

const WIDTH = 760
const LEFT = 184
const RIGHT = 110
const TOP = 66
const BAR = 18
const STEP = 22
/** The space above a group for its labels. */
const GAP = 34
const FAINT = { class: 'faint' }

/** It has a background of its own, light or dark, so that it is readable on any page; without CSS variables, which some viewers do not support. */
const STYLE = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .faint { font-size: 12px; fill: #59636e }
  .ground { fill: #ffffff; stroke: #d1d9e0 }
  .rule { stroke: #e4e8ec }
  .spread { stroke: #1f2328; stroke-width: 1.5 }
  .ours { fill: #1f6feb } .other { fill: #b3bcc6 } .group { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .faint { fill: #9198a1 }
    .ground { fill: #151b23; stroke: #3d444d } .rule { stroke: #2c343d } .spread { stroke: #f0f6fc }
    .ours { fill: #4493f8 } .other { fill: #656c76 }
  }
`

/** Bars of the time that each subject adds to a visit, grouped by floor. */
export function addedTimePlot({ inProcess, machine, plan }: Result): string {
  const variants = table.filter(({ variant }) => variant !== undefined).map(({ name }) => name)
  // Next to the bars of large sessions, the others would be invisible
  const bars = inProcess.filter(
    (row): row is Bar => row.added !== undefined && !variants.includes(row.subject) && USUAL.includes(row.visit),
  )
  const groups = groupsOf(bars)
  const steps = ticks(Math.max(...bars.map(({ added }) => added.high)), 6)
  const scale = scaleOf(groups, steps)
  const title = 'What sessions add to a visit, in microseconds over the bare handler'
  return picture(
    { width: WIDTH, height: scale.bottom + 80, title },
    STYLE,
    rectangle(0.5, 0.5, WIDTH - 1, scale.bottom + 79, { class: 'ground', rx: 6 }),
    text(title, 20, 28, { class: 'title' }),
    ...steps.map(step => rule(step, scale)),
    ...groups.map(group => drawnGroup(group, scale)),
    text(
      `Medians of ${plan.inProcess.rounds} rounds, with quartiles; per cent of what ${YARDSTICK} adds; over koa, of koa-session’s.`,
      20,
      scale.bottom + 44,
      FAINT,
    ),
    text(`Node ${machine.node.slice(1)}, ${machine.processor}, ${machine.when}.`, 20, scale.bottom + 62, FAINT),
  )
}

function groupsOf(bars: readonly Bar[]): Group[] {
  const groups = new Map<string, [Bar, ...Bar[]]>()
  for (const bar of bars) {
    const key = JSON.stringify([bar.visit, bar.over])
    const group = groups.get(key)
    if (group) group.push(bar)
    else groups.set(key, [bar])
  }
  return Array.from(groups.values())
}

function scaleOf(groups: readonly Group[], steps: readonly number[]): Scale {
  const places = new Map<Bar, number>()
  let bottom = TOP
  for (const group of groups) {
    bottom += GAP
    for (const bar of group) places.set(bar, (bottom += STEP) - STEP)
  }
  const last = steps.at(-1) as number
  const x = (microseconds: number): number => LEFT + (Math.max(0, microseconds) / last) * (WIDTH - LEFT - RIGHT)
  return { x, y: bar => places.get(bar) as number, bottom: bottom + 8 }
}

function rule(step: number, { x, bottom }: Scale): string {
  const at = x(step)
  return (
    line(at, TOP - 10, at, bottom, { class: 'rule' }) + text(String(step), at, bottom + 14, { class: 'faint', 'text-anchor': 'middle' })
  )
}

function drawnGroup(group: Group, scale: Scale): string {
  const [first] = group
  const words = `${first.visit}, over ${floorName(first.over)}`
  return element('g', {}, text(words, 20, scale.y(first) - GAP / 2 + 3, { class: 'group' }), ...group.map(bar => drawn(bar, scale)))
}

/** The floor without a name is a plain server of Node. */
function floorName(over: string): string {
  return over === 'none' ? 'a bare handler' : `${over} alone`
}

function drawn(bar: Bar, { x, y }: Scale): string {
  const { added, share, subject, yardstick } = bar
  const top = y(bar)
  const middle = top + BAR / 2
  const figure = added.median.toFixed(1)
  const words = subject === yardstick || share === undefined ? figure : `${figure}, ${Math.round(share * 100)} %`
  return element(
    'g',
    {},
    text(subject, LEFT - 12, middle, { 'text-anchor': 'end' }),
    rectangle(x(0), top, x(added.median) - x(0), BAR, { class: isOurs(subject) ? 'ours' : 'other', rx: 2 }),
    line(x(added.low), middle, x(added.high), middle, { class: 'spread' }),
    text(words, x(added.high) + 8, middle),
  )
}

function isOurs(subject: string): boolean {
  return table.some(({ name, module }) => name === subject && module?.startsWith('resession'))
}
