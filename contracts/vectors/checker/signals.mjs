// Signals by the table [SIGNAL-001..016]: rows are looked up in order, the first whose conditions hold is the answer.
import { BASE, SIGNALS } from './contracts.mjs'
import { emptyRun, move } from './machine.mjs'
import { contractFaults } from './schema.mjs'

const ROLES = ['Viewer', 'Operator', 'Engineer', 'Admin']
const HIDDEN = ['waitsForRetry', 'dependents', 'cancelCode', 'inputsValid', 'stepsDone']

/** Why a signal is refused by itself [SIGNAL-004]; null when it is not. */
export function refusal({ request, role }) {
  const rule = SIGNALS.signals.find(({ signal }) => signal === request.signalType)
  if (contractFaults(request.arguments, `${BASE}${rule.arguments}.json`).length) return 'SIGNAL_ARGUMENTS'
  if (ROLES.indexOf(role) < ROLES.indexOf(rule.role)) return 'ROLE_MISSING'
  return rule.reasonRequired && request.reason === undefined ? 'REASON_REQUIRED' : null
}

function after(log) {
  const run = emptyRun()
  if (!log.every((event) => move(run, event))) throw new Error('an event of the log is illegal')
  return run
}

const rowsFor = ({ signalType }, state, step) =>
  SIGNALS.rows.filter(
    (row) =>
      row.signals.includes(signalType) &&
      (!row.run || row.run.includes(state)) &&
      (!row.step || row.step.includes(step)),
  )

/** The decision [SIGNAL-008]: of run and step only the status counts; a step without events is PENDING. */
export function decision({ log, signal }) {
  const run = after(log)
  const step = run.steps.get(signal.arguments.stepId)?.status ?? 'PENDING'
  const row = rowsFor(signal, run.state, step).find((one) => HIDDEN.every((name) => one[name] === undefined))
  return { decision: row.decision, code: row.decision === 'accepted' ? null : row.code }
}

/** The application [SIGNAL-011]: what the interpreter knows counts too. */
export function application({ log, steps, signal, inputsValid = true }) {
  const run = after(log)
  const id = signal.arguments.stepId
  const status = (name) => run.steps.get(name)?.status ?? 'PENDING'
  const cancelling = log.findLast((event) => event.eventType === 'RunCancelling')
  const failure = log.findLast((event) => event.eventType === 'StepFailed' && event.stepId === id)
  const known = {
    waitsForRetry: status(id) === 'FAILED' && failure.retryAt !== undefined,
    dependents: Object.keys(steps).some((name) => steps[name].includes(id) && status(name) !== 'PENDING')
      ? 'some-not-pending'
      : 'all-pending',
    cancelCode: cancelling && (cancelling.code ?? 'CANCELLED'),
    inputsValid,
    stepsDone: Object.keys(steps).every((name) => ['SUCCEEDED', 'SKIPPED', 'CANCELLED'].includes(status(name))),
  }
  const rows = rowsFor(signal, run.state, id !== undefined && !Object.hasOwn(steps, id) ? 'UNKNOWN' : status(id))
  const row = rows.find((one) => HIDDEN.every((name) => one[name] === undefined || one[name] === known[name]))
  return { application: row.application, effect: row.effect ?? null, code: row.code ?? null }
}
