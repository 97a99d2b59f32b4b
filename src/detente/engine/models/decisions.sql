-- Every decision to send back, reject or close: the reason given, what the agreement in force then says it points at, and
-- the channel of the lead's first marketing fact. Reads: timeline, versions, reason_list, first_channels, run.
SELECT
    d.person,
    d.fact_id AS fact,
    d.occurred_at AS "at",
    d.decision,
    d.reason,
    r.points_at,
    CASE WHEN r.reason IS NULL THEN false ELSE true END AS listed,
    coalesce(f.channel, 'none') AS channel,
    v.version
FROM (
    SELECT
        t.person,
        t.fact_id,
        t.occurred_at,
        t.reason,
        CASE t.kind WHEN 'lead_recycle' THEN 'recycle' WHEN 'lead_reject' THEN 'reject' ELSE 'discard' END AS decision
    FROM timeline t
    CROSS JOIN run p
    WHERE t.kind IN ('lead_recycle', 'lead_reject', 'lead_discard') AND t.occurred_at <= p.as_of AND t.known_at <= p.as_of
) d
JOIN versions v ON d.occurred_at >= v.start_at AND d.occurred_at < v.end_at
LEFT JOIN reason_list r ON r.version = v.version AND r.decision = d.decision AND r.reason = d.reason
LEFT JOIN first_channels f ON f.person = d.person
