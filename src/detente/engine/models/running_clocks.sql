-- The clocks that run: neither stopped nor voided. Past its due a clock still runs while the lead is in the stay that
-- started it; once the lead has moved on, nothing is left to do about it. Reads clocks, state, duties (duty, version,
-- owes, owed_to).
SELECT
    clocks.person, clocks.duty, clocks.n, clocks.version, clocks.status, duties.owes, duties.owed_to,
    clocks.start_stage, clocks.entered_at, clocks.started_at, clocks.target, clocks.target_us, clocks.calendar,
    clocks.route, clocks.owner, clocks.due_at
FROM clocks
JOIN state ON state.person = clocks.person
JOIN duties ON duties.duty = clocks.duty AND duties.version = clocks.version
WHERE clocks.stopped_at IS NULL AND clocks.voided_at IS NULL
    AND (
        clocks.status = 'open'
        OR clocks.start_stage IS NULL
        OR (clocks.start_stage = state.stage AND clocks.entered_at = state.entered_at)
    )
ORDER BY clocks.person, clocks.duty, clocks.n
