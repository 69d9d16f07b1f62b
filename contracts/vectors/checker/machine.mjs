// The state machines of a run, read from the transition tables [EXEC-001..005, EVENTS-007].
import { TABLES } from './contracts.mjs'

const RULES = new Map(TABLES.events.map((rule) => [rule.type, rule]))
const ENDED = ['COMPLETED', 'FAILED', 'CANCELLED']
const ATTEMPTS = { current: (now) => now, next: (now) => now + 1, 'first-or-current': (now) => Math.max(1, now) }

export const ruleOf = (type) => RULES.get(type)
export const isOpen = (state) => state !== 'NONE' && !ENDED.includes(state)
export const statusOf = (state) => state.split('/')[0]

/** A run without events; steps: id -> {status, attempt}, signals: id -> status. */
export const emptyRun = () => ({ state: 'NONE', steps: new Map(), signals: new Map() })
export const runningSteps = (run) => [...run.steps.values()].filter((step) => step.status === 'RUNNING').length
export const stepOf = (run, id) => run.steps.get(id) ?? { status: 'PENDING', attempt: 0 }

/** Where an event {eventType, stepId, attempt, reused, signalId} leads; undefined where it is illegal. */
function target(run, event) {
  const rule = ruleOf(event.eventType)
  if (!rule) return isOpen(run.state) ? run.state : undefined
  if (rule.subject === 'run') {
    if (rule.slot === 'terminal' && runningSteps(run)) return undefined
    return TABLES.run.find((row) => row.event === event.eventType && row.from.includes(run.state))?.to
  }
  const legalIn = rule.subject === 'step' ? TABLES.stepEventsLegalIn : TABLES.signalEventsLegalIn
  if (!legalIn.includes(statusOf(run.state))) return undefined
  if (rule.subject === 'signal') {
    const now = run.signals.get(event.signalId) ?? 'NONE'
    return TABLES.signal.find((row) => row.event === event.eventType && row.from.includes(now))?.to
  }
  const now = stepOf(run, event.stepId)
  return TABLES.step.find(
    (row) =>
      row.event === event.eventType &&
      row.from.includes(now.status) &&
      Boolean(row.reused) === Boolean(event.reused) &&
      event.attempt === ATTEMPTS[row.attempt](now.attempt),
  )?.to
}

/** Move the run by one event; false, and no change, where it is illegal. */
export function move(run, event) {
  const to = target(run, event)
  if (to === undefined) return false
  const subject = ruleOf(event.eventType)?.subject ?? 'run'
  if (subject === 'run') run.state = to
  else if (subject === 'signal') run.signals.set(event.signalId, to)
  else run.steps.set(event.stepId, { status: to, attempt: event.attempt })
  return true
}

/** What becomes of a log: legality of each event, and the state at the end. */
export function walk(log) {
  const run = emptyRun()
  const legal = log.map((event) => move(run, event))
  const steps = Object.fromEntries([...run.steps].map(([id, step]) => [id, [step.status, step.attempt]]))
  return { legal, run: run.state, steps, signals: Object.fromEntries(run.signals) }
}
