/**
 * Replaces the text between the markers of a name.
 *
 * @throws Error unless there is exactly one pair
 */
export function replaceBetweenMarkers(text: string, replacement: string, name = 'results'): string {
  const [begin, end] = [`<!-- ${name}: written by the run -->`, `<!-- ${name}: end -->`]
  const [before, rest, ...more] = text.split(begin)
  const [, after, ...evenMore] = rest?.split(end) ?? []
  if (before === undefined || after === undefined || more.length + evenMore.length > 0 || before.includes(end)) {
    throw new Error(`one "${begin}" and one "${end}" have to stand in the text, in this order`)
  }
  return `${before}${begin}\n\n${replacement}\n\n${end}${after}`
}
