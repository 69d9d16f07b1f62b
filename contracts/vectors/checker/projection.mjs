// The fold of a log into a snapshot [EXEC-006..010]. What a part holds is what its schema names.
import { BASE, SCHEMAS } from './contracts.mjs'
import { emptyRun, move, ruleOf } from './machine.mjs'

const SNAPSHOTS = { run: 'run_snapshot', step: 'step_snapshot', signal: 'signal_snapshot' }
const GIVEN = {
  at: (event) => event.emittedAt,
  eventType: (event) => event.eventType,
  attempt: (event) => event.logicalAttemptId,
  engineAttemptId: (event) => event.engineAttemptId,
}

/** A snapshot before its first event: the machine beside the parts of rows, by subject and id. */
export function emptyRows() {
  return { run: emptyRun(), last: 0, parts: { run: new Map(), step: new Map(), signal: new Map() } }
}

function partOf(subject, part, event) {
  const schema = SCHEMAS.get(`${BASE}engine/v1/${SNAPSHOTS[subject]}.json`)
  const definition = schema.$defs[schema.properties[part].$ref.split('/').at(-1)]
  const value = (name) => (GIVEN[name] ? GIVEN[name](event) : event.payload[name])
  const names = Object.keys(definition.properties).filter((name) => value(name) !== undefined)
  return Object.fromEntries(names.map((name) => [name, value(name)]))
}

/** Fold records into rows; returns the alerts, throws on a gap. */
export function fold(rows, records) {
  const alerts = []
  for (const { runSeq, event } of records) {
    if (runSeq <= rows.last) continue
    if (runSeq !== rows.last + 1) throw new RangeError('gap')
    rows.last = runSeq
    const rule = ruleOf(event.eventType)
    if (!rule) continue
    const told = { ...event, attempt: event.logicalAttemptId, reused: event.payload.reusedFrom !== undefined }
    if (!move(rows.run, told)) {
      alerts.push({ runSeq, eventType: event.eventType })
      continue
    }
    const id = event.stepId ?? event.signalId ?? ''
    const parts = rows.parts[rule.subject]
    parts.set(id, { ...parts.get(id), [rule.part]: partOf(rule.subject, rule.part, event) })
  }
  return alerts
}

const byId = (items) => [...items].sort(([a], [b]) => (a < b ? -1 : 1))

/** The snapshot of rows, for a run and its tenant. */
export function assemble(rows, { runId, tenantId, projectorVersion }) {
  const [status, substatus] = (rows.run.state === 'NONE' ? 'PENDING' : rows.run.state).split('/')
  const parts = rows.parts.run.get('') ?? {}
  const steps = byId(rows.run.steps).map(([stepId, step]) => ({ stepId, ...step, ...rows.parts.step.get(stepId) }))
  const signals = byId(rows.run.signals).map(([signalId, state]) => {
    const row = { signalId, status: state, ...rows.parts.signal.get(signalId) }
    const open = parts.ended && state === 'ACCEPTED'
    return open ? { ...row, application: { at: parts.ended.at, effect: 'moot', code: 'RUN_TERMINAL' } } : row
  })
  const head = { projectorVersion, runId, tenantId, status, ...(substatus && { substatus }), lastRunSeq: rows.last }
  return { ...head, ...parts, steps, signals }
}

/** Rows that assemble to a snapshot, so that a fold can go on from it [EXEC-009]. */
export function rowsOf(snapshot) {
  const rows = emptyRows()
  rows.last = snapshot.lastRunSeq
  const split = (row) => Object.fromEntries(Object.entries(row).filter(([, part]) => typeof part?.at === 'string'))
  rows.run.state = snapshot.queued ? [snapshot.status, snapshot.substatus].filter(Boolean).join('/') : 'NONE'
  rows.parts.run.set('', split(snapshot))
  for (const step of snapshot.steps) {
    rows.run.steps.set(step.stepId, { status: step.status, attempt: step.attempt })
    rows.parts.step.set(step.stepId, split(step))
  }
  for (const signal of snapshot.signals) {
    rows.run.signals.set(signal.signalId, signal.status)
    rows.parts.signal.set(signal.signalId, split(signal))
  }
  return rows
}
