-- The rows behind the figures, by the figure's name instead of its number. Of delivered leads, as known now: the channel
-- of their first marketing fact, and the furthest stage that they have reached since.
-- Reads: items, owed, first_channels, since.
SELECT
    o.cut,
    o.kind,
    o.period,
    o.closes_at,
    o.figure,
    o.part,
    i.subject,
    i.item,
    i.counts_at,
    i.version,
    i.status,
    i.cents,
    i.stage,
    CASE WHEN o.part IN ('count', 'quality') THEN coalesce(f.channel, 'none') END AS channel,
    s.stage AS reached
FROM items i
JOIN owed o ON o.o = i.o
LEFT JOIN first_channels f ON f.person = i.subject AND o.part IN ('count', 'quality')
LEFT JOIN since s ON s.o = i.o AND s.subject = i.subject
