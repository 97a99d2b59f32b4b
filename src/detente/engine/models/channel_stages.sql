-- How many delivered leads have reached each later stage by now, by the channel of their first marketing fact.
-- Reads: deliveries, channel_owed, first_channels, entries_seen, stage_ranks.
SELECT kind, period, duty, channel, stage, count(*) AS leads
FROM (
    SELECT DISTINCT q.kind, q.period, q.duty, coalesce(f.channel, 'none') AS channel, t.stage, d.subject, t."rank"
    FROM channel_owed q
    JOIN deliveries d ON d.o = q.o
    JOIN stage_ranks s ON s.stage = q.stage
    JOIN entries_seen e ON e."view" = 0 AND e.person = d.subject AND e.seq > d.seq
    JOIN stage_ranks r ON r.stage = e.stage AND r.is_exit = 0
    JOIN stage_ranks t ON t.is_exit = 0 AND t."rank" > s."rank" AND t."rank" <= r."rank"
    LEFT JOIN first_channels f ON f.person = d.subject
) reached
GROUP BY kind, period, duty, channel, stage, "rank"
ORDER BY kind, period, duty, channel, "rank"
