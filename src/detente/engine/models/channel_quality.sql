-- What became of delivered leads, by the channel of their first marketing fact.
-- Reads: deliveries, quality_judged, channel_owed, first_channels.
SELECT
    q.kind,
    q.period,
    q.duty,
    coalesce(f.channel, 'none') AS channel,
    count(*) AS delivered,
    count(CASE WHEN j.status = 'pending' THEN 1 END) AS pending,
    count(CASE WHEN j.status = 'met' THEN 1 END) AS accepted,
    count(CASE WHEN j.status = 'broken' THEN 1 END) AS not_accepted
FROM channel_owed q
JOIN deliveries d ON d.o = q.o
LEFT JOIN quality_judged j ON j.o = d.o AND j.subject = d.subject
LEFT JOIN first_channels f ON f.person = d.subject
GROUP BY q.kind, q.period, q.duty, coalesce(f.channel, 'none')
ORDER BY q.kind, q.period, q.duty, channel
