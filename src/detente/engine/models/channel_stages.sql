-- How many delivered leads have reached each later stage by now, by the channel of their first marketing fact: whoever has
-- reached a stage has passed those before it. Reads: figure_rows, channel_owed, stage_ranks.
SELECT q.kind, q.period, q.duty, f.channel, t.stage, count(*) AS leads
FROM channel_owed q
JOIN figure_rows f ON f.cut = 0 AND f.period = q.period AND f.figure = q.duty AND f.part = q.part
JOIN stage_ranks s ON s.stage = q.stage
JOIN stage_ranks r ON r.stage = f.reached
JOIN stage_ranks t ON t.is_exit = 0 AND t."rank" > s."rank" AND t."rank" <= r."rank"
GROUP BY q.kind, q.period, q.duty, f.channel, t.stage, t."rank"
ORDER BY q.kind, q.period, q.duty, f.channel, t."rank"
