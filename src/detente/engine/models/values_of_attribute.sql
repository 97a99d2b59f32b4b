-- Every value a record ever had for an attribute. `path` is its JSON path in `extra`. Reads facts.
SELECT DISTINCT source, record, json_extract_string(extra, $path) AS value
FROM facts
WHERE kind = 'enrich' AND subject = $subject AND json_extract_string(extra, $path) IS NOT NULL
