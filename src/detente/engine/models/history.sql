-- The facts of each person: their own, those of their accounts, and those of the deals they are a contact of (a deal fact
-- that names no contact goes to the contacts its deal has elsewhere). United for merged persons: identical facts
-- count once, with the least known_at. Reads facts, persons, companies, accounts.
WITH main AS (
    SELECT person, account FROM accounts WHERE main
),
contacts AS (
    SELECT DISTINCT facts.source, facts.deal, persons.person
    FROM facts
    JOIN persons ON persons.source = facts.source AND persons.record = facts.record
    WHERE facts.subject = 'deal' AND facts.deal IS NOT NULL
),
united AS (
    SELECT persons.person, main.account, facts.*
    FROM facts
    JOIN persons ON persons.source = facts.source AND persons.record = facts.record
    LEFT JOIN main ON main.person = persons.person
    WHERE facts.subject = 'person'
    UNION ALL
    SELECT accounts.person, accounts.account, facts.*
    FROM facts
    JOIN companies ON companies.source = facts.source AND companies.record = facts.record
    JOIN accounts ON accounts.account = companies.account
    WHERE facts.subject = 'account'
    UNION ALL
    SELECT persons.person, coalesce(companies.account, main.account), facts.*
    FROM facts
    JOIN persons ON persons.source = facts.source AND persons.record = facts.record
    LEFT JOIN companies ON companies.source = facts.source AND companies.record = facts.company
    LEFT JOIN main ON main.person = persons.person
    WHERE facts.subject = 'deal'
    UNION ALL
    SELECT contacts.person, coalesce(companies.account, main.account), facts.*
    FROM facts
    JOIN contacts ON contacts.source = facts.source AND contacts.deal = facts.deal
    LEFT JOIN companies ON companies.source = facts.source AND companies.record = facts.company
    LEFT JOIN main ON main.person = contacts.person
    WHERE facts.subject = 'deal' AND facts.record IS NULL
),
numbered AS (
    SELECT * FROM united WHERE source_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY person, fact_id ORDER BY known_at, account, record) = 1
),
unnumbered AS (
    SELECT * FROM united WHERE source_id IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY person, source, kind, occurred_at // 1000000, channel, campaign, content, form, page, url,
            direction, automated, outcome, reason, deal, amount, extra
        ORDER BY known_at, fact_id, account, record
    ) = 1
)
SELECT * FROM numbered
UNION ALL
SELECT * FROM unnumbered
ORDER BY person, occurred_at, CASE kind WHEN 'enrich' THEN 0 ELSE 1 END, source, coalesce(source_id, ''), fact_id
