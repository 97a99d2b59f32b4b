-- What became of delivered leads, by the channel of their first marketing fact. Reads: figure_rows, channel_owed.
SELECT
    q.kind,
    q.period,
    q.duty,
    r.channel,
    count(*) AS delivered,
    count(CASE WHEN q.part = 'quality' AND r.status = 'pending' THEN 1 END) AS pending,
    count(CASE WHEN q.part = 'quality' AND r.status = 'met' THEN 1 END) AS accepted,
    count(CASE WHEN q.part = 'quality' AND r.status = 'broken' THEN 1 END) AS not_accepted
FROM channel_owed q
JOIN figure_rows r ON r.cut = 0 AND r.period = q.period AND r.figure = q.duty AND r.part = q.part
GROUP BY q.kind, q.period, q.duty, r.channel
ORDER BY q.kind, q.period, q.duty, r.channel
