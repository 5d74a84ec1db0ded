/** As many as Node moves in a fraction of a millisecond: a map that grows or shrinks moves all that it has, and one of a million takes 100. */
const MOST = 4096
/** So deep that only hashes that are the same fill a bin: those cannot be told apart. */
const DEEPEST = 16

/** Entries whose hashes end with the same bits. */
class Bin<Value> extends Map<string, Value> {
  /** @param depth how many bits */
  constructor(public depth: number) {
    super()
  }
}

/**
 * A map of any size that never stops the process for long. One bin that is full becomes two, and the others stay as they are; a bin that empties stays
 * as well. Up to the first two it is a map like any other, in the order in which entries came.
 */
export class ExtendibleMap<Value> {
  /** Under the last bits of hashes, which are as many as the deepest has: one that has fewer is here more than once. */
  readonly #bins = [new Bin<Value>(0)]
  readonly #most: number

  /** @param most that a bin has; with Infinity there is one */
  constructor(most = MOST) {
    this.#most = most
  }

  get size(): number {
    return this.#distinct().reduce((sum, { size }) => sum + size, 0)
  }

  get(id: string): Value | undefined {
    return this.#of(id).get(id)
  }

  set(id: string, value: Value): void {
    let bin = this.#of(id)
    while (bin.size >= this.#most && bin.depth < DEEPEST && !bin.has(id)) {
      this.#split(bin, hashOf(id))
      bin = this.#of(id)
    }
    bin.set(id, value)
  }

  delete(id: string): boolean {
    return this.#of(id).delete(id)
  }

  clear(): void {
    for (const bin of this.#bins) bin.clear()
  }

  /** What it has at each moment: what goes before its turn is not come across, and what a bin hands on may be so again. */
  *entries(): Generator<[string, Value], void> {
    for (let at = 0; at < this.#bins.length; at++) {
      const bin = this.#bins[at] as Bin<Value>
      if (isFirst(bin, at)) yield* bin
    }
  }

  *keys(): Generator<string, void> {
    for (const bin of this.#distinct()) yield* bin.keys()
  }

  #of(id: string): Bin<Value> {
    const bins = this.#bins
    return bins[bins.length === 1 ? 0 : hashOf(id) & (bins.length - 1)] as Bin<Value>
  }

  #distinct(): Bin<Value>[] {
    return this.#bins.filter(isFirst)
  }

  /** Those with one more bit go; the others stay where they are, since somebody may be going through them. @param hash of one of them */
  #split(bin: Bin<Value>, hash: number): void {
    const bins = this.#bins
    const bit = 1 << bin.depth++
    if (bit === bins.length) bins.push(...bins)
    const other = new Bin<Value>(bin.depth)
    for (const [id, value] of bin) {
      if ((hashOf(id) & bit) === 0) continue
      other.set(id, value)
      bin.delete(id)
    }
    for (let at = (hash & (bit - 1)) | bit; at < bins.length; at += 2 * bit) bins[at] = other
  }
}

function isFirst({ depth }: { readonly depth: number }, at: number): boolean {
  return at < 1 << depth
}

/** FNV-1a, its high bits folded into the low ones. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return hash ^ (hash >>> 15)
}
