-- The events of mail that the rule of `core.facts.machine` may find machine-made, and those it must see to tell: far fewer
-- than there are. Of one mail to one recipient all are here, or none of them could be told by its time; beside them clicks
-- with another one of the same mail and company close to them, and what its source or its agent tells.
-- Reads mail_facts, firms (domain → company), programs (agent).
WITH events AS (
    SELECT mail_facts.*, firms.company
    FROM mail_facts
    LEFT JOIN firms ON firms.domain = mail_facts.domain
),
beside AS (
    SELECT
        *,
        "at" - lag("at") OVER one_mail AS since_before,
        kind = 'email_send' AND lag(kind) OVER one_mail <> 'email_send' AS before_sending
    FROM events
    WHERE mail IS NOT NULL
    WINDOW one_mail AS (PARTITION BY mail, recipient ORDER BY "at", id)
),
hasty AS (
    SELECT DISTINCT mail, recipient
    FROM beside
    WHERE since_before <= $at_once OR (before_sending AND since_before <= $early)
),
crowd AS (
    SELECT
        id,
        least(
            "at" - lag("at") OVER one_company, lead("at") OVER one_company - "at"
        ) AS nearest
    FROM events
    WHERE kind = 'email_click' AND mail IS NOT NULL AND company IS NOT NULL
    WINDOW one_company AS (PARTITION BY mail, company ORDER BY "at", id)
)
SELECT
    events.id, events.kind, events.recipient, events.mail, events."at", events.company, events.url, events.agent,
    events.automated
FROM events
LEFT JOIN hasty ON hasty.mail = events.mail AND hasty.recipient = events.recipient
LEFT JOIN crowd ON crowd.id = events.id AND crowd.nearest <= $at_once
LEFT JOIN programs ON programs.agent = events.agent
WHERE hasty.mail IS NOT NULL OR crowd.id IS NOT NULL
    OR (events.kind <> 'email_send' AND (events.automated OR programs.agent IS NOT NULL))
