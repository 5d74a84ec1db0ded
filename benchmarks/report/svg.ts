type Attributes = Readonly<Record<string, string | number>>

/** An element of SVG. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(typeof value === 'number' ? short(value) : value)}"`)
  return children.length === 0 ? `<${name}${words.join('')}/>` : `<${name}${words.join('')}>${children.join('')}</${name}>`
}

/** @param y of its middle, which is set explicitly: viewers differ in `dominant-baseline` */
export function text(words: string, x: number, y: number, attributes: Attributes = {}): string {
  return element('text', { x, y, dy: '0.36em', ...attributes }, escaped(words))
}

export function rectangle(x: number, y: number, width: number, height: number, attributes: Attributes = {}): string {
  return element('rect', { x, y, width, height, ...attributes })
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): string {
  return element('line', { x1, y1, x2, y2, ...attributes })
}

interface Frame {
  readonly width: number
  readonly height: number
  /** The text alternative. */
  readonly title: string
}

/** A whole picture. */
export function picture({ width, height, title }: Frame, style: string, ...children: readonly string[]): string {
  const box = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' }
  return `${element('svg', box, element('title', {}, escaped(title)), element('style', {}, style), '\n', children.join('\n'), '\n')}\n`
}

/** Steps of 1, 2 or 5 times a power of ten: about so many up to the maximum, starting from zero. */
export function ticks(max: number, about: number): number[] {
  const power = 10 ** Math.floor(Math.log10(max / about))
  const step = ([1, 2, 5].find(factor => factor * power * about >= max) ?? 10) * power
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, tick) => tick * step)
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100)
}
