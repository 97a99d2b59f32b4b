"""Who is one person, who is one account: keys, clusters of records, and the ids they keep."""
