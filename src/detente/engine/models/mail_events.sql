-- What happened to mail: one row an open, click or sending, in the order of `facts`. `mail` is its id in its source, else
-- its campaign and content; `address` tells the recipient's company. Reads facts.
WITH numbered AS (
    SELECT *, row_number() OVER () - 1 AS id FROM facts
),
addresses AS (
    SELECT
        source, record,
        max_by(told, (occurred_at, fact_id)) AS address
    FROM (
        SELECT
            source, record, occurred_at, fact_id,
            coalesce(
                json_extract_string(extra, '$."person.email"'), json_extract_string(extra, '$."person.email_domain"')
            ) AS told
        FROM facts
        WHERE kind = 'enrich' AND subject = 'person'
    )
    WHERE told IS NOT NULL
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
    mails.occurred_at AS "at", addresses.address, mails.url,
    json_extract_string(mails.extra, '$.user_agent') AS agent, mails.automated
FROM numbered AS mails
LEFT JOIN addresses ON addresses.source = mails.source AND addresses.record = mails.record
WHERE mails.kind IN ('email_open', 'email_click', 'email_send') AND mails.subject = 'person'
