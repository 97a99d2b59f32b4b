-- The persons of each account; `main` marks the one account a person is counted under: the latest that was told of.
-- Reads employments, persons, companies.
SELECT
    companies.account,
    persons.person,
    row_number() OVER (
        PARTITION BY persons.person ORDER BY max(employments.known_at) DESC, companies.account
    ) = 1 AS main
FROM employments
JOIN persons ON persons.source = employments.source AND persons.record = employments.record
JOIN companies ON companies.source = employments.other_source AND companies.record = employments.other_record
GROUP BY companies.account, persons.person
ORDER BY companies.account, persons.person
