/**
 * Entries per bin. A map that grows or shrinks moves all its entries; one of a million takes 100 milliseconds, one of this size a fraction of one.
 */
const MOST = 4096
/** At this depth a bin can only be full of equal hashes, which cannot be divided. */
const DEEPEST = 16

/** Entries whose hashes end with the same bits. */
class Bin<Value> extends Map<string, Value> {
  /** @param depth the number of these bits */
  constructor(public depth: number) {
    super()
  }
}

/**
 * A map of any size that never blocks the process for long (extendible hashing). A full bin is divided in two, the others stay as they are. Up to the
 * first division it keeps insertion order. A B-tree, sorted-btree 1.8, does not move all entries either, but takes 1.2 to 1.5 times as long for a read
 * (`npm run structures`), and sorts by ID.
 */
export class ExtendibleMap<Value> {
  /** By the last bits of the hash. A bin with a smaller depth than the deepest one is in several places. */
  readonly #bins = [new Bin<Value>(0)]
  readonly #most: number

  /** @param most entries per bin; with Infinity there is only one bin */
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

  /** The live entries: removed ones are skipped, and an entry that moves to another bin may be seen twice. */
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

  /**
   * Moves the entries with the next bit set. The others stay, because an iteration may be in progress.
   *
   * @param hash of an entry of the bin
   */
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
