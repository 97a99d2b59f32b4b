-- Records of people side by side, for the linker: one row a record, one column an attribute. `account` is the company's
-- record in the same system that was told last; its name stands in where the person's record names no company. A phone is
-- the person's own, else the mobile one. Reads profiles, employments, firms.
WITH wide AS (
    SELECT
        source, record,
        max(value) FILTER (WHERE attribute = 'person.name') AS name,
        max(value) FILTER (WHERE attribute = 'person.first_name') AS first_name,
        max(value) FILTER (WHERE attribute = 'person.last_name') AS last_name,
        max(value) FILTER (WHERE attribute = 'person.email') AS email,
        max(value) FILTER (WHERE attribute = 'person.phone') AS phone,
        max(value) FILTER (WHERE attribute = 'person.mobile') AS mobile,
        max(value) FILTER (WHERE attribute = 'person.title') AS title,
        max(value) FILTER (WHERE attribute = 'company.name') AS company,
        max(value) FILTER (WHERE attribute = 'person.city') AS city,
        max(value) FILTER (WHERE attribute = 'person.country') AS country,
        max(value) FILTER (WHERE attribute = 'person.address') AS address,
        max(value) FILTER (WHERE attribute = 'person.postal_code') AS postal_code
    FROM profiles
    WHERE unit = 'person'
    GROUP BY source, record
),
employed AS (
    SELECT source, record, other_record AS account
    FROM employments
    WHERE other_source = source
    QUALIFY row_number() OVER (PARTITION BY source, record ORDER BY known_at DESC, other_record) = 1
)
SELECT
    wide.source, wide.record, wide.name, wide.first_name, wide.last_name, wide.email,
    coalesce(wide.phone, wide.mobile) AS phone, wide.title, coalesce(wide.company, firms.name) AS company, wide.city,
    wide.country, wide.address, wide.postal_code, employed.account
FROM wide
LEFT JOIN employed ON employed.source = wide.source AND employed.record = wide.record
LEFT JOIN firms ON firms.source = wide.source AND firms.record = employed.account
ORDER BY wide.source, wide.record
