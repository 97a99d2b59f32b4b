-- Every record of a person that any fact or link speaks of. Reads facts, links.
SELECT source, record FROM facts WHERE subject <> 'account' AND record IS NOT NULL
UNION
SELECT source, record FROM links WHERE relation IN ('same_as', 'account')
UNION
SELECT other_source, other_record FROM links WHERE relation = 'same_as'
