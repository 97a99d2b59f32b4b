-- What the records of each person and account say, without those that are deleted at their source. `contested`: they say
-- different things; `latest`: the one that was told last; `records`: how many have a value.
-- Reads profiles, persons, companies, tombstones.
WITH members AS (
    SELECT 'person' AS unit, person AS id, source, record FROM persons
    UNION ALL
    SELECT 'account' AS unit, account AS id, source, record FROM companies
),
held AS (
    SELECT
        members.unit, members.id, profiles.attribute, trim(profiles.value) AS value, profiles.source, profiles.record,
        profiles.since, profiles.known_at
    FROM members
    JOIN profiles
        ON profiles.unit = members.unit AND profiles.source = members.source AND profiles.record = members.record
    LEFT JOIN tombstones
        ON tombstones.subject = members.unit AND tombstones.source = members.source
        AND tombstones.record = members.record
    WHERE tombstones.record IS NULL
)
SELECT
    *,
    min(value) OVER of_one <> max(value) OVER of_one AS contested,
    count(*) OVER of_one AS records,
    row_number() OVER (
        PARTITION BY unit, id, attribute ORDER BY since DESC, known_at DESC, source, record
    ) = 1 AS latest
FROM held
WINDOW of_one AS (PARTITION BY unit, id, attribute)
ORDER BY unit, id, attribute
