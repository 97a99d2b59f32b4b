-- Rows of closed figures that later knowledge changed: appeared, vanished, or of another status or amount.
-- Reads: closed_rows (frozen) and figure_rows (cut 0: as known now), both of the figures named in closings. The rows of a
-- pay plan are those of a duty over a longer time, and are not named twice.
SELECT
    coalesce(c.kind, s.kind) AS kind,
    coalesce(c.period, s.period) AS period,
    coalesce(c.figure, s.figure) AS figure,
    coalesce(c.part, s.part) AS part,
    coalesce(c.subject, s.subject) AS subject,
    coalesce(c.item, s.item) AS item,
    CASE WHEN c.subject IS NULL THEN 'appeared' WHEN s.subject IS NULL THEN 'vanished' ELSE 'changed' END AS change,
    c.status AS closed_status,
    s.status AS settled_status,
    c.cents AS closed_cents,
    s.cents AS settled_cents
FROM (SELECT * FROM closed_rows WHERE part <> 'pay') c
FULL JOIN (
    SELECT r.kind, r.period, r.figure, r.part, r.subject, r.item, r.status, r.cents
    FROM figure_rows r
    JOIN closings k
        ON k.period = r.period AND k.part = r.part AND (k.figure = r.figure OR k.part = 'deals')
    WHERE r.cut = 0 AND r.part <> 'pay'
) s
    ON s.period = c.period AND s.figure = c.figure AND s.part = c.part AND s.subject = c.subject AND s.item = c.item
WHERE c.subject IS NULL OR s.subject IS NULL
    OR coalesce(c.status, '') <> coalesce(s.status, '')
    OR coalesce(c.cents, 0) <> coalesce(s.cents, 0)
ORDER BY 1, 2, 3, 4, 5, 6
