-- Pairs of account records worth a look: those that share a key which few share. A key of more holders says little and
-- would cost the square of them; with the place or the street beside it, it may be rare enough.
WITH keys AS (
    SELECT id, 'name ' || name AS key FROM records
    UNION ALL SELECT id, 'domain ' || domain FROM records
    UNION ALL SELECT id, 'domain ' || domain || ' ' || coalesce(city, postcode) FROM records
    UNION ALL SELECT id, 'phone ' || tail FROM records
    UNION ALL SELECT id, 'door ' || door FROM records
    UNION ALL SELECT id, 'door ' || number || ' ' || unnest(street_words) FROM records
    UNION ALL SELECT id, 'street ' || street || ' ' || coalesce(postcode, city) FROM records
    UNION ALL SELECT id, 'start ' || left(name, 8) FROM records
    UNION ALL SELECT id, 'word ' || unnest(tokens) FROM records
    UNION ALL SELECT id, 'organisation ' || organisation || ' ' || coalesce(city, postcode) FROM records
    UNION ALL SELECT id, 'name ' || unnest(others) FROM records
), rare AS (
    SELECT DISTINCT id, key
    FROM keys
    WHERE key IS NOT NULL
    QUALIFY count(*) OVER (PARTITION BY key) BETWEEN 2 AND $holders
)
SELECT DISTINCT l.id AS one, r.id AS other
FROM rare AS l JOIN rare AS r ON l.key = r.key AND l.id < r.id
ORDER BY one, other
