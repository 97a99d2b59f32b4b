-- The whole timeline of every lead that must be replayed as known at a closing. Reads: timeline, late.
SELECT t.*
FROM timeline t
JOIN (SELECT DISTINCT person FROM late) l ON l.person = t.person
ORDER BY t.person
