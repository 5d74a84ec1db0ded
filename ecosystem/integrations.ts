import { apps } from './apps'
import type { Integration } from './integration'
import { scenariosOf } from './scenarios'
import { stores } from './stores'

/** All third-party packages that are tested, in the order of docs/stores.md. */
export const integrations: readonly Integration[] = [...stores.map(store => ({ ...store, scenarios: scenariosOf(store) })), ...apps]
