-- One row for each instance that counts in a figure. Reads: instances_seen, duty_kinds, owed, late.
-- At a closing, a lead with late facts (`late`) is taken from its replay, any other from what is known now: whatever was
-- due in the period was decided well before it closed.
SELECT
    o.o,
    s.person AS subject,
    s.item,
    s.counts_at,
    s.version,
    s.status
FROM instances_seen s
JOIN duty_kinds k ON k.duty = s.duty AND k.version = s.version
JOIN owed o
    ON o.figure = s.duty
    AND (o.part = 'pay' OR (o.part = 'instances' AND o.kind = k.kind))
    AND s.counts_at >= o.start_at
    AND s.counts_at < o.end_at
LEFT JOIN late l ON l.cut = o.cut AND l.person = s.person
WHERE (s."view" = 0 AND l.person IS NULL) OR (s."view" > 0 AND s."view" = o.cut)
