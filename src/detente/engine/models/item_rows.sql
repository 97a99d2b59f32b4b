-- The rows behind the figures, by the figure's name instead of its number. Those of a pay plan are the duty's own.
-- Reads: items, owed.
SELECT o.cut, o.kind, o.period, o.closes_at, o.figure, o.part, i.subject, i.item, i.status, i.cents
FROM items i
JOIN owed o ON o.o = i.o
WHERE o.part <> 'pay'
