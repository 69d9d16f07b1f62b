// References in parameters [PLAN-015..020]: their form is that of their schema, their values are looked up.
import { BASE } from './contracts.mjs'
import { partsOf } from './json.mjs'
import { definitionOf, faults } from './schema.mjs'

const FORMS = Object.fromEntries(
  ['input', 'output', 'artifact', 'secret', 'literal'].map((kind) => [
    `$${kind}`,
    definitionOf(`${BASE}plan/v1/references.json`, `${kind[0].toUpperCase()}${kind.slice(1)}Reference`),
  ]),
)
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)

export const looksLikeReference = (value) => isObject(value) && Object.keys(value).some((key) => key.startsWith('$'))

/** Whether an object that looks like a reference has the form of one. */
export function isReference(value) {
  const [key, ...more] = Object.keys(value)
  return more.length === 0 && Object.hasOwn(FORMS, key) && faults(value, ...FORMS[key]).length === 0
}

/** References of a value where they stand: [{value, path}]; a literal is not looked into. */
export function find(value, path = []) {
  if (value === null || typeof value !== 'object') return []
  if (looksLikeReference(value)) return [{ value, path }]
  return Object.keys(value).flatMap((key) => find(value[key], [...path, Array.isArray(value) ? Number(key) : key]))
}

/** A step fails with `code`. */
export class StepFailure extends Error {
  constructor(code) {
    super(code)
    this.code = code
  }
}

function has(value, part) {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(part) && Number(part) < value.length
  return isObject(value) && Object.hasOwn(value, part)
}

function look(value, pointer) {
  for (const part of partsOf(pointer)) {
    if (!has(value, part)) throw new StepFailure('REF_UNAVAILABLE')
    value = value[part]
  }
  return value
}

function valueOf(reference, world) {
  const [[key, target]] = Object.entries(reference)
  if (key === '$literal') return target
  if (key === '$input') return look(world.inputs, target)
  if (key === '$secret') {
    if (!Object.hasOwn(world.secrets, target)) throw new StepFailure('SECRET_UNKNOWN')
    return world.secrets[target]
  }
  const step = world.steps[target.step]
  if (step?.status !== 'SUCCEEDED') throw new StepFailure('REF_UNAVAILABLE')
  if (key === '$output') return look(step.output, target.at ?? '')
  const found = step.artifacts.find((artifact) => artifact.name === target.name)
  if (found === undefined) throw new StepFailure('REF_UNAVAILABLE')
  return found
}

/** Parameters with values in the place of references; `secrets: false` leaves those of secrets as they are. */
export function substitute(value, world, { secrets }) {
  if (value === null || typeof value !== 'object') return value
  if (looksLikeReference(value)) {
    const found = valueOf(value, world)
    return Object.hasOwn(value, '$secret') && !secrets ? value : found
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, world, { secrets }))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, world, { secrets })]))
}
