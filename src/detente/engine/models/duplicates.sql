-- How often each system holds the same person or account more than once, deleted records left aside: records beyond the
-- first of each. Reads persons, companies, tombstones, run.
WITH members AS (
    SELECT 'person' AS unit, person AS id, source, record FROM persons
    UNION ALL
    SELECT 'account' AS unit, account AS id, source, record FROM companies
),
live AS (
    SELECT members.unit, members.source, members.id, count(*) AS records
    FROM members
    LEFT JOIN tombstones
        ON tombstones.subject = members.unit AND tombstones.source = members.source
        AND tombstones.record = members.record
    WHERE tombstones.record IS NULL
    GROUP BY members.unit, members.source, members.id
)
SELECT
    live.source, live.unit, CAST(sum(live.records) AS BIGINT) AS records, count(*) AS units,
    count(*) FILTER (WHERE live.records > 1) AS doubled, CAST(sum(live.records) - count(*) AS BIGINT) AS duplicates,
    run.as_of
FROM live
CROSS JOIN run
GROUP BY live.source, live.unit, run.as_of
ORDER BY live.source, live.unit
