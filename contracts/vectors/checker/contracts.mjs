// What the checker reads of the contracts: schemas by address, registries, vectors. All data, no code of DVT.
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

export const CONTRACTS = join(import.meta.dirname, '..', '..')
const load = (path) => JSON.parse(readFileSync(path, 'utf-8'))

/** JSON files under a folder, in order of name, as [path with /, document]. */
export function documents(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [relative(folder, join(folder, name)).split(sep).join('/'), load(join(folder, name))])
}

export const BASE = 'https://dvt.local/contracts/'
export const SCHEMAS = new Map(documents(join(CONTRACTS, 'schemas')).map(([name, schema]) => [BASE + name, schema]))
export const TABLES = load(join(CONTRACTS, 'registries', 'execution-semantics', 'v1', 'transitions.json'))
export const SIGNALS = load(join(CONTRACTS, 'registries', 'signals', 'v1', 'signal_table.json'))
export const CODES = load(join(CONTRACTS, 'registries', 'errors', 'v1', 'codes.json')).codes

/** Kinds that the contracts bring: name -> address of the schema of its parameters. */
export const KINDS = new Map(
  [...SCHEMAS.keys()]
    .filter((id) => id.startsWith(BASE + 'plan/v1/kinds/'))
    .map((id) => [id.slice((BASE + 'plan/v1/kinds/').length, -'.json'.length), id]),
)

/** Ids of clauses: every `[FAMILY-NNN]` that begins a list item. */
export function clauses() {
  const folder = join(CONTRACTS, 'clauses')
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf-8'))
  return new Set(texts.flatMap((text) => [...text.matchAll(/^[-*] \[([A-Z]+-\d{3})\]/gm)].map((found) => found[1])))
}
