-- How much of the opens and clicks of each source machines made, and by what they were told. Reads facts, unused, run.
WITH events AS (
    SELECT source, kind, NULL AS sign FROM facts WHERE kind IN ('email_open', 'email_click')
    UNION ALL
    SELECT source, kind, sign FROM unused WHERE sign IS NOT NULL
)
SELECT
    events.source, events.kind, count(*) AS events, count(events.sign) AS machine,
    count(events.sign) / count(*) AS share,
    count(*) FILTER (WHERE events.sign = 'flag') AS flag, count(*) FILTER (WHERE events.sign = 'agent') AS agent,
    count(*) FILTER (WHERE events.sign = 'at-once') AS at_once, count(*) FILTER (WHERE events.sign = 'links') AS links,
    count(*) FILTER (WHERE events.sign = 'herd') AS herd, run.as_of
FROM events
CROSS JOIN run
GROUP BY events.source, events.kind, run.as_of
ORDER BY events.source, events.kind
