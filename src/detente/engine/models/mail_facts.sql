-- What happened to mail: one row an open, click or sending. `id` is the place in `facts`; `mail` is its id in its source,
-- else its campaign and content; `domain` is that of the recipient's latest address. Reads facts.
WITH numbered AS (
    SELECT *, row_number() OVER () - 1 AS id FROM facts
),
told AS (
    SELECT
        source, record, occurred_at, fact_id,
        coalesce(
            json_extract_string(extra, '$."person.email"'), json_extract_string(extra, '$."person.email_domain"')
        ) AS address
    FROM facts
    WHERE kind = 'enrich' AND subject = 'person'
),
addresses AS (
    SELECT source, record, max_by(address, (occurred_at, fact_id)) AS address
    FROM told
    WHERE address IS NOT NULL
    GROUP BY source, record
)
SELECT
    mails.id, mails.kind, concat_ws(chr(31), mails.source, mails.record) AS recipient,
    CASE
        WHEN json_extract_string(mails.extra, '$.message') IS NOT NULL
        THEN concat_ws(chr(31), mails.source, json_extract_string(mails.extra, '$.message'))
        WHEN mails.campaign IS NOT NULL OR mails.content IS NOT NULL
        THEN concat_ws(chr(31), mails.source, '', coalesce(mails.campaign, ''), coalesce(mails.content, ''))
    END AS mail,
    mails.occurred_at AS "at", regexp_extract(addresses.address, '[^@]*$') AS domain, mails.url,
    json_extract_string(mails.extra, '$.user_agent') AS agent, mails.automated
FROM numbered AS mails
LEFT JOIN addresses ON addresses.source = mails.source AND addresses.record = mails.record
WHERE mails.kind IN ('email_open', 'email_click', 'email_send') AND mails.subject = 'person'
