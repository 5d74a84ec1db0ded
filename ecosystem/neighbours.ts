import { apps } from './apps'
import type { Neighbour } from './neighbour'
import { scenariosOf } from './scenarios'
import { stores } from './stores'

/** All third-party packages that are tested, in the order of docs/stores.md. */
export const neighbours: readonly Neighbour[] = [...stores.map(store => ({ ...store, scenarios: scenariosOf(store) })), ...apps]
