import { MemoryStore } from '../stores/memory-store'

export = MemoryStore
