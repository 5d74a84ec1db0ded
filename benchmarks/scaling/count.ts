import { Counts, type Cost } from './counts'
import { Place } from './place'
import { loginOf, requests, type Request, type RequestName } from './requests'
import { subjects, type Subject, type SubjectName } from './subjects'

/** The cost of one kind of request for one subject. */
export interface Row {
  readonly bytes: number
  readonly request: RequestName
  readonly subject: SubjectName
  readonly cost: Cost
}

/** @param sizes of the data of a session, in bytes */
export async function countAll(sizes: readonly number[]): Promise<Row[]> {
  const counts = await Counts.open()
  const rows: Row[] = []
  try {
    for (const bytes of sizes) {
      for (const request of requests) {
        for (const subject of subjects) {
          if ('ours' in request && subject.name === 'express-session') continue
          rows.push({ bytes, request: request.name, subject: subject.name, cost: await count(counts, subject, request, bytes) })
        }
      }
    }
  } finally {
    await counts.close()
  }
  return rows
}

async function count(counts: Counts, subject: Subject, request: Request, bytes: number): Promise<Cost> {
  const open = async () => Place.open(subject, await counts.counted(), counts.prefix, request.options ?? {})
  const places = [await open(), await open()] as const
  const [place, other] = places
  const login = loginOf(bytes)
  const aside = async (act: () => Promise<unknown>): Promise<void> => {
    await counts.pause()
    await act()
    await counts.resume()
  }
  try {
    // Each once, because the first write with a script also sends the script
    await other.visit('', login)
    const cookie = await place.visit('', login)
    await counts.resume()
    await request.play({ place, other, cookie, login, aside })
    await counts.pause()
    return counts.take()
  } finally {
    for (const place of places) place.close()
  }
}
