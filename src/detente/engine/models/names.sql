-- What each person and their company are called, by the golden values: the company is the account the person is counted
-- under, else what the person's own records call it. Without a name the parts of one stand for it, then the e-mail
-- address; without a company's name its domain. Reads golden, accounts.
WITH own AS (
    SELECT
        id AS person,
        max(value) FILTER (WHERE attribute = 'person.name') AS whole,
        max(value) FILTER (WHERE attribute = 'person.first_name') AS first_name,
        max(value) FILTER (WHERE attribute = 'person.last_name') AS last_name,
        max(value) FILTER (WHERE attribute = 'person.title') AS title,
        max(value) FILTER (WHERE attribute = 'person.email') AS email,
        max(value) FILTER (WHERE attribute = 'company.name') AS company,
        max(value) FILTER (WHERE attribute = 'company.domain') AS domain
    FROM golden
    WHERE unit = 'person'
    GROUP BY id
),
firms AS (
    SELECT
        accounts.person,
        max(golden.value) FILTER (WHERE golden.attribute = 'company.name') AS company,
        max(golden.value) FILTER (WHERE golden.attribute = 'company.domain') AS domain
    FROM accounts
    JOIN golden ON golden.unit = 'account' AND golden.id = accounts.account
    WHERE accounts.main
    GROUP BY accounts.person
),
known AS (
    SELECT
        coalesce(own.person, firms.person) AS person,
        coalesce(own.whole, own.first_name || ' ' || own.last_name, own.last_name, own.first_name) AS name,
        own.title, own.email,
        coalesce(firms.company, own.company, firms.domain, own.domain) AS company
    FROM own
    FULL JOIN firms ON firms.person = own.person
)
SELECT person, coalesce(name, email) AS name, name IS NOT NULL AS named, title, email, company
FROM known
WHERE coalesce(name, title, email, company) IS NOT NULL
