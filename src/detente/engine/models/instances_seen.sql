-- Instances of clocks and checks: as known now (view 0), and of the leads replayed as known at a closing (view k).
-- `counts_at` decides the period: a clock belongs to the one of its due instant, a check to the one of its event.
SELECT 0 AS "view", person, duty, version, due_at AS counts_at, entered_at AS item, status
FROM clocks
UNION ALL
SELECT 0, person, duty, version, "at", "at", status
FROM checks
UNION ALL
SELECT "view", person, duty, version, counts_at, item, status
FROM instances_then
