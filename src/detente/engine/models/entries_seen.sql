-- Stage entries: as known now (view 0), and of the leads replayed as known at a closing (view k).
SELECT "view", person, seq, stage, occurred_at, left_at, version, grade FROM entries_settled
UNION ALL
SELECT "view", person, seq, stage, occurred_at, left_at, version, grade FROM entries_then
