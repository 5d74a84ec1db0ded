const BEGIN = '<!-- results: written by the run -->'
const END = '<!-- results: end -->'

/** The text with something else between its markers, and nothing changed outside of them. @throws Error unless it has one pair */
export function replaceBetweenMarkers(text: string, replacement: string): string {
  const [before, rest, ...more] = text.split(BEGIN)
  const [, after, ...evenMore] = rest?.split(END) ?? []
  if (before === undefined || after === undefined || more.length + evenMore.length > 0 || before.includes(END)) {
    throw new Error(`one "${BEGIN}" and one "${END}" have to stand in the text, in this order`)
  }
  return `${before}${BEGIN}\n\n${replacement}\n\n${END}${after}`
}
