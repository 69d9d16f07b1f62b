// Canonical text (RFC 8785) and every hash and key of GLOSSARY.
import { createHash } from 'node:crypto'

const sha = (bytes) => createHash('sha256').update(bytes).digest()
export const hex = (bytes) => sha(bytes).toString('hex')

/** RFC 8785: ECMAScript writes numbers and texts so; keys sort by UTF-16 code units, as ECMAScript compares them. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
}

/** [GLOSSARY-019] */
export const taggedText = (kind, value) => canonical([`dvt:${kind}:v1`, value])

/** [GLOSSARY-007..010] */
export const keyText = (parts) =>
  [parts.runId, parts.subject, parts.ordinal, parts.eventType, parts.planId, parts.planVersion].join('|')

/** [GLOSSARY-008, GLOSSARY-009]: which parts of an event make its key; without step and signal it is the run's. */
export const keyParts = (event) => ({
  ...event,
  subject: event.stepId ?? event.signalId ?? 'RUN',
  ordinal: event.stepId !== undefined ? event.logicalAttemptId : event.signalId !== undefined ? 1 : event.occurrence,
})

/** [GLOSSARY-022]: h(0), h(1), ... in hex. */
export function chain(runId, events) {
  const heads = [sha(`dvt:chain:v1|${runId}`)]
  for (const event of events) heads.push(sha(Buffer.concat([heads.at(-1), sha(taggedText('event', event))])))
  return heads.map((head) => head.toString('hex'))
}

/** [GLOSSARY-025]: null while the run is open. */
export function outcomeOf(snapshot) {
  if (!['COMPLETED', 'FAILED', 'CANCELLED'].includes(snapshot.status)) return null
  const { planId, planVersion, sha256: planHash } = snapshot.queued.planRef
  const inputsHash = snapshot.started?.inputsHash ?? null
  const steps = Object.fromEntries(snapshot.steps.map((step) => [step.stepId, stepOutcome(step)]))
  return { planId, planVersion, planHash, inputsHash, status: snapshot.status, steps }
}

function stepOutcome({ status, outcome, skip }) {
  if (status === 'SKIPPED') return { status, code: skip.code }
  const told = { status }
  if (outcome?.outputHash !== undefined) told.outputHash = outcome.outputHash
  if (outcome?.artifacts?.length) told.artifacts = Object.fromEntries(outcome.artifacts.map((a) => [a.name, a.sha256]))
  if (outcome?.code !== undefined) told.code = outcome.code
  return told
}

/** The preimage of a hash by kind; null where there is no such hash. */
export const PREIMAGES = {
  plan: (text) => text,
  artifact: (text) => text,
  effect: ({ runId, stepId, attempt }) => `dvt:effect:v1|${runId}|${stepId}|${attempt}`,
  record: ({ event }) => taggedText('event', event),
  outcome: (snapshot) => (outcomeOf(snapshot) ? taggedText('outcome', outcomeOf(snapshot)) : null),
  'step-key': ({ definition, resolved, codeVersion }) =>
    codeVersion === null ? null : taggedText('step-key', [definition, resolved, codeVersion]),
  ...Object.fromEntries(
    ['output', 'inputs', 'event', 'state', 'receipt'].map((kind) => [kind, (value) => taggedText(kind, value)]),
  ),
}
