-- Leads by the stage here and the stage the CRM gives; they agree if they are spelled alike. Reads: state.
SELECT
    stage,
    crm_stage,
    CASE WHEN lower(stage) = lower(crm_stage) THEN true ELSE false END AS same,
    count(*) AS leads
FROM state
WHERE crm_stage IS NOT NULL
GROUP BY stage, crm_stage
ORDER BY stage, crm_stage
