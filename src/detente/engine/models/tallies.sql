-- How many instances of each status a figure has, by the version they were judged under. Reads: items.
SELECT o, version, status, count(*) AS n
FROM items
GROUP BY o, version, status
ORDER BY o, version, status
