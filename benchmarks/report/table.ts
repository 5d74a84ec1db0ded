type Cell = string | number | undefined

/**
 * A table in Markdown.
 *
 * @param names the columns with names, which are aligned to the left; numbers are aligned to the right
 */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[], names: readonly number[] = [0, 1]): string {
  const rule = head.map((_, column) => (names.includes(column) ? '---' : '---:'))
  return [head, rule, ...rows].map(cells => `| ${cells.map(cell => cell ?? '').join(' | ')} |`).join('\n')
}
