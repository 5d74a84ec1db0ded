/** The known name that is meant by a misspelled one: equal except for case and punctuation, or at most two letters different. */
export function closest(name: string, known: readonly string[]): string | undefined {
  const plain = plainOf(name)
  const same = known.find(other => plainOf(other) === plain)
  if (same) return same
  const most = plain.length < 5 ? 1 : 2
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const other of known) {
    const distance = distanceOf(plain, plainOf(other))
    if (distance <= most && distance < (best?.distance ?? Infinity)) best = { name: other, distance }
  }
  return best?.name
}

function plainOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '')
}

/** Levenshtein distance. fastest-levenshtein is 30 times as fast (`npm run structures`), but would be a dependency for a misspelled option at setup. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1]
    for (let j = 0; j < other.length; j++) {
      const [left = 0, above = 0, diagonal = 0] = [next[j], row[j + 1], row[j]]
      next.push(Math.min(left + 1, above + 1, diagonal + (letter === other[j] ? 0 : 1)))
    }
    row = next
  }
  return row[other.length] as number
}
