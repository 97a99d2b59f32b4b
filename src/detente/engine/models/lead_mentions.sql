-- What records that hang on no account say of their employer, each combination once (`said`), with `marks` and `total` of
-- the words as account names weigh them; a word that no account bears weighs as much as the rarest.
WITH combinations AS (
    SELECT
        said, any_value(name) AS name, any_value(organisation) AS organisation, any_value(branch_words) AS branch_words,
        any_value(numbers) AS numbers, any_value(tokens) AS tokens, any_value(domain) AS domain, any_value(tail) AS tail, any_value(phone) AS phone,
        any_value(city) AS city, count(*) AS records
    FROM saying
    GROUP BY said
), marks AS (
    SELECT DISTINCT unnest(tokens) AS word, unnest(word_marks) AS mark FROM records
), words AS (
    SELECT said, unnest(tokens) AS word FROM combinations
), marked AS (
    SELECT
        said,
        list(mark ORDER BY mark) FILTER (WHERE mark IS NOT NULL) AS marks,
        sum(coalesce(mark, (SELECT max(mark) FROM marks)))::BIGINT AS total
    FROM words LEFT JOIN marks USING (word)
    GROUP BY said
)
SELECT combinations.*, coalesce(marks, []) AS marks, coalesce(total, 0) AS total
FROM combinations LEFT JOIN marked USING (said)
ORDER BY said
