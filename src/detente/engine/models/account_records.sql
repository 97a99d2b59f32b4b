-- Account records as they are compared. `marks`: a number for each word of the name, whose size says how rare the word
-- is and whose last digits tell words apart, so that the weight of common words is the sum of the common numbers;
-- `total`: the weight of all;
-- `word_marks`: the marks in the order of `tokens`. `chain`, `switchboard`: the name, the phone, is that of several addresses.
WITH doors AS (
    SELECT *, number || ' ' || street AS door FROM columns
), words AS (
    SELECT id, unnest(tokens) AS word FROM doors
), weighed AS (
    SELECT
        word,
        round(1000 * (ln((SELECT count(*) + 1 FROM doors)) - ln(count(*))))::BIGINT * 10000000
            + row_number() OVER (ORDER BY word) AS mark
    FROM words
    GROUP BY word
), marked AS (
    SELECT id, list(mark ORDER BY mark) AS marks, list(mark ORDER BY word) AS word_marks, sum(mark)::BIGINT AS total
    FROM words JOIN weighed USING (word)
    GROUP BY id
), chains AS (
    SELECT name FROM doors WHERE name IS NOT NULL GROUP BY name HAVING count(DISTINCT door) > 1
), switchboards AS (
    SELECT tail FROM doors WHERE tail IS NOT NULL GROUP BY tail HAVING count(DISTINCT door) > 1
)
SELECT
    doors.*,
    coalesce(marks, []) AS marks,
    coalesce(word_marks, []) AS word_marks,
    coalesce(total, 0) AS total,
    chains.name IS NOT NULL AS chain,
    switchboards.tail IS NOT NULL AS switchboard
FROM doors
LEFT JOIN marked USING (id)
LEFT JOIN chains ON doors.name = chains.name
LEFT JOIN switchboards ON doors.tail = switchboards.tail
ORDER BY id
