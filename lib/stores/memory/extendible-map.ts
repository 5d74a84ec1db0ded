/**
 * Entries per bucket. A map that grows or shrinks moves all its entries; one of a million takes 100 milliseconds, one of this size a fraction of one.
 */
const MOST = 4096
/** At this depth a bucket can only be full of equal hashes, which cannot be divided. */
const DEEPEST = 16

/** Entries whose hashes end with the same bits. */
class Bucket<Value> extends Map<string, Value> {
  /** @param depth the number of these bits */
  constructor(public depth: number) {
    super()
  }
}

/**
 * A map of any size that never blocks the process for long (extendible hashing). A full bucket is divided in two, the others stay as they are. Up to the
 * first division it keeps insertion order. A B-tree, sorted-btree 1.8, does not move all entries either, but takes 1.2 to 1.5 times as long for a read
 * (`npm run structures`), and sorts by ID.
 */
export class ExtendibleMap<Value> {
  /** By the last bits of the hash. A bucket with a smaller depth than the deepest one is in several places. */
  readonly #buckets = [new Bucket<Value>(0)]
  readonly #most: number

  /** @param most entries per bucket; with Infinity there is only one bucket */
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
    let bucket = this.#of(id)
    while (bucket.size >= this.#most && bucket.depth < DEEPEST && !bucket.has(id)) {
      this.#split(bucket, hashOf(id))
      bucket = this.#of(id)
    }
    bucket.set(id, value)
  }

  delete(id: string): boolean {
    return this.#of(id).delete(id)
  }

  clear(): void {
    for (const bucket of this.#buckets) bucket.clear()
  }

  /** The live entries: removed ones are skipped, and an entry that moves to another bucket may be seen twice. */
  *entries(): Generator<[string, Value], void> {
    for (let at = 0; at < this.#buckets.length; at++) {
      const bucket = this.#buckets[at] as Bucket<Value>
      if (isFirst(bucket, at)) yield* bucket
    }
  }

  *keys(): Generator<string, void> {
    for (const bucket of this.#distinct()) yield* bucket.keys()
  }

  #of(id: string): Bucket<Value> {
    const buckets = this.#buckets
    return buckets[buckets.length === 1 ? 0 : hashOf(id) & (buckets.length - 1)] as Bucket<Value>
  }

  #distinct(): Bucket<Value>[] {
    return this.#buckets.filter(isFirst)
  }

  /**
   * Moves the entries with the next bit set. The others stay, because an iteration may be in progress.
   *
   * @param hash of an entry of the bucket
   */
  #split(bucket: Bucket<Value>, hash: number): void {
    const buckets = this.#buckets
    const bit = 1 << bucket.depth++
    if (bit === buckets.length) buckets.push(...buckets)
    const other = new Bucket<Value>(bucket.depth)
    for (const [id, value] of bucket) {
      if ((hashOf(id) & bit) === 0) continue
      other.set(id, value)
      bucket.delete(id)
    }
    for (let at = (hash & (bit - 1)) | bit; at < buckets.length; at += 2 * bit) buckets[at] = other
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
