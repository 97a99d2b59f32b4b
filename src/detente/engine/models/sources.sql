-- Up to when each system has told us anything. Reads: timeline.
SELECT source, count(DISTINCT fact_id) AS facts, max(occurred_at) AS latest_at, max(known_at) AS known_at
FROM timeline
GROUP BY source
