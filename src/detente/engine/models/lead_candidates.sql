-- What records say of their employer (`said`) and the account records it may mean: those that share a rare key. A key of
-- more accounts says little; with the city beside it, it may be rare enough.
WITH held AS (
    SELECT id, 'name ' || name AS key FROM records
    UNION ALL SELECT id, 'name ' || unnest(others) FROM records
    UNION ALL SELECT id, 'phone ' || tail FROM records
    UNION ALL SELECT id, 'domain ' || domain FROM records
    UNION ALL SELECT id, 'domain ' || domain || ' ' || city FROM records
    UNION ALL SELECT id, 'start ' || left(name, 8) FROM records
    UNION ALL SELECT id, 'word ' || unnest(tokens) FROM records
    UNION ALL SELECT id, 'word ' || unnest(tokens) || ' ' || city FROM records
    UNION ALL SELECT id, 'organisation ' || organisation FROM records
    UNION ALL SELECT stands_for, 'domain ' || domain FROM of_domain
    UNION ALL SELECT stands_for, 'name ' || name FROM of_name
), rare AS (
    SELECT DISTINCT id, key FROM held WHERE key IS NOT NULL
    QUALIFY count(*) OVER (PARTITION BY key) <= $holders
), asked AS (
    SELECT said, 'name ' || name AS key FROM mentions
    UNION ALL SELECT said, 'phone ' || tail FROM mentions
    UNION ALL SELECT said, 'domain ' || domain FROM mentions
    UNION ALL SELECT said, 'domain ' || domain || ' ' || city FROM mentions
    UNION ALL SELECT said, 'start ' || left(name, 8) FROM mentions
    UNION ALL SELECT said, 'word ' || unnest(tokens) FROM mentions
    UNION ALL SELECT said, 'word ' || unnest(tokens) || ' ' || city FROM mentions
    UNION ALL SELECT said, 'organisation ' || organisation FROM mentions
)
SELECT DISTINCT said, id
FROM asked JOIN rare USING (key)
ORDER BY said, id
