// What surrounds a plan when it runs: its reference, inputs, capabilities [PLAN-004, PLAN-008, PLAN-021, PLAN-022] and
// retries [EXEC-018].
import { BASE, SCHEMAS } from './contracts.mjs'
import { canonical, hex } from './hashing.mjs'
import { pointerOf } from './json.mjs'
import { find } from './references.mjs'
import { faults } from './schema.mjs'
import { verdict } from './plan.mjs'

const MAX_INPUT_BYTES = 16 * 1024
const POLICIES = {
  'fail-fast': 'plan.fail-fast',
  'finish-running': 'plan.finish-running',
  'continue-independent': 'plan.continue-independent',
  pause: 'plan.pause-on-failure',
}

/** Effective inputs, or their faults. */
export function inputs(given, declared = { type: 'object', additionalProperties: false }) {
  const size = Buffer.byteLength(canonical(given))
  if (size > MAX_INPUT_BYTES) return { faults: [{ code: 'INPUTS_TOO_LARGE', pointer: null }] }
  const defaults = Object.entries(declared.properties ?? {}).filter(([, rule]) => rule.default !== undefined)
  const effective = { ...Object.fromEntries(defaults.map(([name, rule]) => [name, rule.default])), ...given }
  const found = faults(effective, declared).map(({ path }) => ({ code: 'INPUTS_INVALID', pointer: pointerOf(path) }))
  return found.length ? { faults: found } : { effective }
}

/** Why a plan by reference is refused; null when it may run. */
export function load({ stored, ref }) {
  if (stored === null) return 'PLAN_NOT_FOUND'
  if (hex(stored) !== ref.sha256) return 'PLAN_HASH_MISMATCH'
  if (verdict(Buffer.from(stored)).length) return 'PLAN_INVALID'
  const plan = JSON.parse(stored)
  return plan.planId === ref.planId && plan.planVersion === ref.planVersion ? null : 'PLAN_ID_MISMATCH'
}

/** Capabilities that a plan needs: name -> pointer to what needs it first. */
function needs(plan) {
  const found = new Map()
  const need = (name, ...path) => found.has(name) || found.set(name, pointerOf(path))
  ;(plan.requires ?? []).forEach((name, at) => need(name, 'requires', at))
  need(POLICIES[plan.onStepFailure ?? 'fail-fast'], 'onStepFailure')
  if (plan.deadlineMs !== undefined) need('plan.deadline', 'deadlineMs')
  plan.steps.forEach((step, at) => {
    if (step.when !== undefined) need('plan.when', 'steps', at, 'when')
    if (step.runIf === 'all-done') need('plan.run-if', 'steps', at, 'runIf')
    if (step.retry !== undefined) need('plan.retry', 'steps', at, 'retry')
    const references = find(step.with ?? null).filter(({ value }) => !Object.hasOwn(value, '$literal'))
    if (references.length) need('plan.references', 'steps', at, 'with')
  })
  return found
}

export function missing(plan, supported) {
  const lacks = ([name]) => (supported[name] ?? 'unsupported') === 'unsupported'
  return [...needs(plan)].filter(lacks).map(([, pointer]) => ({ code: 'PLAN_CAPABILITY', pointer }))
}

/** When the next attempt begins; null when there is none. */
export function retryAt({ policy, failedAttempt, code, emittedAt, retryable = true }) {
  const schema = SCHEMAS.get(`${BASE}plan/v1/retry.json`).properties
  const defaults = Object.fromEntries(Object.entries(schema).map(([name, rule]) => [name, rule.default]))
  const { maxAttempts, backoff, initialMs, maxMs, nonRetryable } = { ...defaults, ...policy }
  if (!retryable || failedAttempt >= maxAttempts || nonRetryable.includes(code)) return null
  const delay = backoff === 'fixed' ? initialMs : initialMs * 2 ** (failedAttempt - 1)
  return new Date(Date.parse(emittedAt) + Math.min(delay, maxMs)).toISOString()
}
