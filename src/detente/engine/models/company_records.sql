-- Every record of a company that any fact or link speaks of. Reads facts, links.
SELECT source, record FROM facts WHERE subject = 'account'
UNION
SELECT source, company FROM facts WHERE company IS NOT NULL
UNION
SELECT source, record FROM links WHERE relation = 'same_account'
UNION
SELECT other_source, other_record FROM links WHERE relation IN ('account', 'same_account')
