-- Leads whose latest entry hinges on something unknown, by stage, and which of the attributes that its condition compares
-- were unknown at the entry. Reads timeline, state, hinged, run.
WITH hinging AS (
    SELECT person, stage, entered_at FROM state WHERE hinges
),
asked AS (
    SELECT hinging.person, hinging.stage, hinging.entered_at, hinged.attribute
    FROM hinging
    JOIN hinged ON hinged.stage = hinging.stage
),
told AS (
    SELECT timeline.person, timeline.occurred_at, attribute.key AS attribute
    FROM timeline
    JOIN hinging ON hinging.person = timeline.person, json_each(timeline.extra) AS attribute
    WHERE timeline.kind = 'enrich' AND trim(attribute.value ->> '$') <> ''
),
missing AS (
    SELECT asked.stage, asked.attribute, asked.person
    FROM asked
    LEFT JOIN told
        ON told.person = asked.person AND told.attribute = asked.attribute AND told.occurred_at <= asked.entered_at
    GROUP BY asked.stage, asked.attribute, asked.person
    HAVING count(told.person) = 0
),
stages AS (
    SELECT stage, count(*) AS leads, count(*) FILTER (WHERE hinges) AS hinging
    FROM state
    WHERE stage IS NOT NULL
    GROUP BY stage
)
SELECT stages.stage, stages.leads, stages.hinging, missing.attribute, count(missing.person) AS missing, run.as_of
FROM stages
CROSS JOIN run
LEFT JOIN missing ON missing.stage = stages.stage
GROUP BY stages.stage, stages.leads, stages.hinging, missing.attribute, run.as_of
ORDER BY stages.stage, missing.attribute NULLS FIRST
