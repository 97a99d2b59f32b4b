-- What is known of the consent of leads. The most restrictive word counts: `withdrawn` where a withdrawal of any purpose,
-- or an unsubscribe, is at or after the last grant. Reads timeline, state, run.
WITH words AS (
    SELECT
        person,
        max(occurred_at) FILTER (WHERE kind = 'consent_given') AS given_at,
        max(occurred_at) FILTER (WHERE kind IN ('consent_withdrawn', 'unsubscribe')) AS withdrawn_at
    FROM timeline
    WHERE kind IN ('consent_given', 'consent_withdrawn', 'unsubscribe')
    GROUP BY person
),
judged AS (
    SELECT
        CASE
            WHEN words.withdrawn_at IS NOT NULL AND words.withdrawn_at >= coalesce(words.given_at, words.withdrawn_at)
            THEN 'withdrawn'
            WHEN words.given_at IS NOT NULL THEN 'given'
            ELSE 'unknown'
        END AS consent
    FROM state
    LEFT JOIN words ON words.person = state.person
)
SELECT judged.consent, count(*) AS leads, run.as_of
FROM judged
CROSS JOIN run
GROUP BY judged.consent, run.as_of
ORDER BY judged.consent
