-- Records of companies side by side, for the linker: one row a record, one column an attribute. Reads profiles.
SELECT
    source, record,
    max(value) FILTER (WHERE attribute = 'company.name') AS name,
    max(value) FILTER (WHERE attribute = 'company.domain') AS domain,
    max(value) FILTER (WHERE attribute = 'company.website') AS website,
    max(value) FILTER (WHERE attribute = 'company.phone') AS phone,
    max(value) FILTER (WHERE attribute = 'company.address') AS address,
    max(value) FILTER (WHERE attribute = 'company.city') AS city,
    max(value) FILTER (WHERE attribute = 'company.postal_code') AS postal_code,
    max(value) FILTER (WHERE attribute = 'company.country') AS country
FROM profiles
WHERE unit = 'account'
GROUP BY source, record
ORDER BY source, record
