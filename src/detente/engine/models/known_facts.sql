-- Every landed fact known by `as_of`, once. A row is known by fact_id and record (a deal fact has one per contact). What
-- was landed first stays; `known_at` is the least. Reads landed_facts, loads (load_id, landed: order of landing).
SELECT
    facts.fact_id, facts.subject, facts.source, facts.record, facts.account AS company, facts.source_id, facts.kind,
    facts.occurred_at,
    min(facts.known_at) OVER (PARTITION BY facts.fact_id, facts.record) AS known_at,
    facts.channel, facts.campaign, facts.content, facts.form, facts.page, facts.url, facts.direction,
    facts.automated, facts.outcome, facts.reason, facts.deal, facts.amount, facts.extra, facts.load_id
FROM landed_facts AS facts
JOIN loads ON loads.load_id = facts.load_id
WHERE facts.known_at <= $as_of AND facts.occurred_at <= $as_of
QUALIFY row_number() OVER (
    PARTITION BY facts.fact_id, facts.record
    ORDER BY loads.landed, facts.known_at, facts.occurred_at, facts.account, facts.extra
) = 1
