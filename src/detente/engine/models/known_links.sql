-- Every link between records known by `as_of`, once, with the instant it was first known. Reads landed_links, loads.
SELECT links.source, links.record, links.relation, links.other_source, links.other_record, min(links.known_at) AS known_at
FROM landed_links AS links
JOIN loads ON loads.load_id = links.load_id
WHERE links.known_at <= $as_of AND links.relation NOT IN ('deleted', 'restored')
GROUP BY links.source, links.record, links.relation, links.other_source, links.other_record
