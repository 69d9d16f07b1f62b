// The verdict on a plan [PLAN-001..018, PLAN-023]: every fault, each with code, pointer and place.
import { BASE, KINDS } from './contracts.mjs'
import { Refusal, decode, partsOf, placeOf, pointerOf, read } from './json.mjs'
import { find, isReference, looksLikeReference } from './references.mjs'
import { allows, contractFaults, isSchema } from './schema.mjs'

const MAX_EDGES = 50_000
const MAX_FAULTS = 100
const IDS = ['planId', 'planVersion', 'stepId']
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)
const listOf = (value) => (Array.isArray(value) ? value : [])

/** Faults of a plan given as bytes, in the order of the text: [{code, pointer, line?, column?}]. */
export function verdict(bytes) {
  let text
  try {
    text = decode(bytes)
    const { value, places } = read(text)
    const found = [...shapeFaults(value), ...(isObject(value) ? new Steps(value).faults() : [])]
    return sorted(found.map(({ code, path }) => ({ code, pointer: pointerOf(path), at: offsetOf(places, path) })), text)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (!error.duplicates.length) return [{ code: error.code, pointer: null }]
    return sorted(error.duplicates.map(({ pointer, offset }) => ({ code: error.code, pointer, at: offset })), text)
  }
}

/** A member is placed at its key, an element where it begins; what is not there at what should hold it. */
function offsetOf(places, path) {
  for (let end = path.length; ; end--) {
    const offset = places.get(pointerOf(path.slice(0, end)))
    if (offset !== undefined) return offset
  }
}

function sorted(found, text) {
  const first = found.slice(0, MAX_FAULTS).sort((a, b) => a.at - b.at)
  return first.map(({ at, ...fault }) => ({ ...fault, ...placeOf(text, at) }))
}

function shapeFaults(plan) {
  return contractFaults(plan, `${BASE}plan/v1/plan.json`).map(({ keyword, path, name }) => {
    const last = path.at(-1)
    if (keyword === 'additionalProperties') return { code: 'PLAN_UNKNOWN_FIELD', path: [...path, name] }
    if (keyword === 'maxItems') return { code: 'PLAN_TOO_LARGE', path }
    if (keyword === 'pattern' && IDS.includes(last)) return { code: 'PLAN_BAD_ID', path }
    if (keyword === 'const' && last === 'schemaVersion') return { code: 'PLAN_SCHEMA_VERSION', path }
    return { code: 'PLAN_SCHEMA', path }
  })
}

/** Steps that are objects with an id; of the others the shape has told. */
class Steps {
  constructor(plan) {
    this.plan = plan
    this.steps = listOf(plan.steps)
      .map((step, position) => ({ step, at: ['steps', position] }))
      .filter(({ step }) => isObject(step) && typeof step.stepId === 'string')
    this.index = new Map()
    this.steps.forEach(({ step }, number) => this.index.has(step.stepId) || this.index.set(step.stepId, number))
  }

  faults() {
    const found = []
    this.steps.forEach(({ step, at }, number) => {
      if (this.index.get(step.stepId) !== number) found.push({ code: 'PLAN_DUPLICATE_STEP', path: [...at, 'stepId'] })
    })
    const edges = this.steps.map((one) => this.dependencies(one, found))
    if (edges.flat().length > MAX_EDGES) return [...found, { code: 'PLAN_TOO_LARGE', path: ['steps'] }]
    const order = inOrder(edges)
    const cycle = order.length < edges.length ? cycleOf(edges, new Set(order)) : []
    if (cycle.length) found.push({ code: 'PLAN_CYCLE', path: [...this.steps[Math.min(...cycle)].at, 'dependsOn'] })
    schemaFault('inputs', this.plan, [], found)
    this.steps.forEach((one, number) => {
      this.kind(one, found)
      schemaFault('output', one.step, one.at, found)
      this.references(one, cycle.length ? null : edges, number, found)
    })
    return found
  }

  dependencies({ step, at }, found) {
    const edges = new Set()
    listOf(step.dependsOn).forEach((name, place) => {
      if (typeof name !== 'string') return
      const target = this.index.get(name)
      const fault = (code) => found.push({ code, path: [...at, 'dependsOn', place] })
      if (target === undefined) fault('PLAN_UNKNOWN_DEPENDENCY')
      else if (name === step.stepId) fault('PLAN_SELF_DEPENDENCY')
      else if (edges.has(target)) fault('PLAN_DUPLICATE_DEPENDENCY')
      else edges.add(target)
    })
    return [...edges]
  }

  kind({ step, at }, found) {
    if (typeof step.kind !== 'string') return
    if (!KINDS.has(step.kind)) {
      found.push({ code: 'PLAN_UNKNOWN_KIND', path: [...at, 'kind'] })
      return
    }
    const given = step.with ?? {}
    if (!isObject(given)) return
    const told = new Set()
    for (const { keyword, path } of contractFaults(given, KINDS.get(step.kind))) {
      const closed = keyword === 'additionalProperties' && pointerOf(path)
      if (standsIn(given, path) || (closed !== false && told.has(closed))) continue
      if (closed !== false) told.add(closed)
      found.push({ code: 'PLAN_PARAMETERS', path: [...at, 'with', ...path] })
    }
  }

  references({ step, at }, edges, number, found) {
    const all = find(step.with ?? null)
    const reach = edges && all.length ? reachOf(edges, number) : null
    for (const { value, path } of all) {
      const fault = (code) => found.push({ code, path: [...at, 'with', ...path] })
      const target = value.$output ?? value.$artifact
      if (!isReference(value)) fault('PLAN_BAD_REFERENCE')
      else if (value.$input !== undefined && !this.takes(value.$input)) fault('PLAN_REFERENCE_INPUT')
      else if (target && !this.index.has(target.step)) fault('PLAN_REFERENCE_UNKNOWN_STEP')
      else if (target && reach && !reach.has(this.index.get(target.step))) fault('PLAN_REFERENCE_NOT_ANCESTOR')
      else if (value.$output && !this.gives(value.$output)) fault('PLAN_REFERENCE_OUTPUT')
    }
  }

  gives({ step, at = '' }) {
    const declared = this.steps[this.index.get(step)].step.output
    return declared === undefined || !isSchema(declared) || allows(declared, partsOf(at))
  }

  takes(pointer) {
    const [name] = partsOf(pointer)
    const declared = this.plan.inputs
    if (name === undefined) return true
    if (!isObject(declared)) return false
    const closed = [undefined, null, false].includes(declared.additionalProperties)
    return !closed || Object.hasOwn(declared.properties ?? {}, name)
  }
}

function schemaFault(name, holder, at, found) {
  if (isObject(holder[name]) && !isSchema(holder[name])) found.push({ code: 'PLAN_BAD_SCHEMA', path: [...at, name] })
}

/** Whether a reference stands at the path or above it [PLAN-013]. */
function standsIn(value, path) {
  for (const part of path) {
    if (looksLikeReference(value)) return true
    value = value[part]
  }
  return looksLikeReference(value)
}

/** Steps that can be done one after the other; those on a cycle, and what waits for them, are left out. */
function inOrder(edges) {
  const waiting = edges.map((list) => list.length)
  const dependents = edges.map(() => [])
  edges.forEach((list, step) => list.forEach((target) => dependents[target].push(step)))
  const order = [...edges.keys()].filter((step) => waiting[step] === 0)
  for (const step of order) for (const next of dependents[step]) if (--waiting[next] === 0) order.push(next)
  return order
}

function cycleOf(edges, free) {
  const path = []
  let step = edges.findIndex((_, number) => !free.has(number))
  while (!path.includes(step)) {
    path.push(step)
    step = edges[step].find((target) => !free.has(target))
  }
  return path.slice(path.indexOf(step))
}

function reachOf(edges, number) {
  const reach = new Set(edges[number])
  for (const step of reach) for (const next of edges[step]) reach.add(next)
  return reach
}

/** Steps on some cycle of a plan, as the pointers at which a cycle may be told [PLAN-011]. */
export function cyclePointers(plan) {
  const all = new Steps(plan)
  const edges = all.steps.map((one) => all.dependencies(one, []))
  const onCycle = all.steps.filter((_, number) => reachOf(edges, number).has(number))
  return new Set(onCycle.map(({ at }) => pointerOf([...at, 'dependsOn'])))
}
