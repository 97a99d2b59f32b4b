-- Delivered leads by grade at entry, up to the end of each month of the period. Reads: deliveries, months.
SELECT m.o, m.month, d.grade, count(*) AS n
FROM months m
JOIN deliveries d ON d.o = m.o AND d.occurred_at < m.until_at
GROUP BY m.o, m.month, d.grade
ORDER BY m.o, m.month, d.grade
