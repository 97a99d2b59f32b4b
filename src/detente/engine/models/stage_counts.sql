-- Leads by the stage they are in. Reads: state.
SELECT stage, count(*) AS leads
FROM state
GROUP BY stage
