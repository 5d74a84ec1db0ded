import { Store } from '../stores/store'

export = Store
