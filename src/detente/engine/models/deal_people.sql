-- Everybody at a deal's account, and its contacts. Reads: deal_facts, accounts.
SELECT DISTINCT d.source, d.deal, a.person
FROM deal_facts d
JOIN accounts a ON a.account = d.account
UNION
SELECT DISTINCT source, deal, person
FROM deal_facts
WHERE person IS NOT NULL
