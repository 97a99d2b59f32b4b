-- Every stay of a lead in a stage: the cohorts it stands in by that entry, and what came of it within the horizon.
-- `week`, `month`, `quarter`: the period of which this is the lead's first entry to the stage. `reached`: the furthest
-- stage after it. `outcome`: where the lead was at the horizon, once it has passed.
-- Reads: entries_settled, cohorts, furthest, whereabouts, stage_ranks, run.
SELECT
    e.person,
    e.seq,
    e.stage,
    e.occurred_at AS entered_at,
    e.left_at,
    e.next_stage,
    e.version,
    c."week",
    c."month",
    c."quarter",
    p.as_of - e.occurred_at >= p.horizon AS old_enough,
    f.stage AS reached,
    CASE
        WHEN p.as_of - e.occurred_at < p.horizon OR s.stage IS NULL THEN NULL
        WHEN f."rank" >= n."rank" THEN 'moved on'
        WHEN w.is_exit = 1 THEN w.stage
        ELSE 'still there'
    END AS outcome
FROM entries_settled e
CROSS JOIN run p
LEFT JOIN stage_ranks s ON s.stage = e.stage AND s.is_exit = 0
LEFT JOIN stage_ranks n ON n.stage = s.next_stage
LEFT JOIN (
    SELECT
        person,
        seq,
        max(CASE WHEN kind = 'week' THEN period END) AS "week",
        max(CASE WHEN kind = 'month' THEN period END) AS "month",
        max(CASE WHEN kind = 'quarter' THEN period END) AS "quarter"
    FROM cohorts
    GROUP BY person, seq
) c ON c.person = e.person AND c.seq = e.seq
LEFT JOIN (
    SELECT x.person, x.seq, r."rank", r.stage
    FROM furthest x
    JOIN stage_ranks r ON r."rank" = x."rank"
) f ON f.person = e.person AND f.seq = e.seq
LEFT JOIN (
    SELECT y.person, y.seq, r.stage, r.is_exit
    FROM whereabouts y
    JOIN stage_ranks r ON r.stage = y.stage
) w ON w.person = e.person AND w.seq = e.seq
