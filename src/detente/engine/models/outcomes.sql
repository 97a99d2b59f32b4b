-- Where the leads of a cohort were at its horizon: moved on to a later stage, in an exit, or still there. Adds up to n.
-- Reads: cohorts, stays.
SELECT c.kind, c.period, c.stage, s.outcome, count(*) AS leads
FROM cohorts c
JOIN stays s ON s.person = c.person AND s.seq = c.seq
WHERE s.old_enough
GROUP BY c.kind, c.period, c.stage, s.outcome
ORDER BY c.kind, c.period, c.stage, s.outcome
