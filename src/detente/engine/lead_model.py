"""How what a person's record says of the employer compares with an account: levels of agreement, the strongest first.

Input: `l`, what a record says (company as typed, mail domain, phone, city), and `r`, an account record, with `usual`
and `at_domain`: the part of the records of such a name, and of such a domain, that are known to belong to the account.
Classes are those of accounts: this account; another branch of its organisation; unrelated.
"""

from __future__ import annotations

from collections.abc import Mapping

from detente.engine.account_model import COMPARISONS as OF_ACCOUNTS
from detente.engine.account_model import Comparison, Level

COMPARISONS: Mapping[str, Comparison] = {
    "name": OF_ACCOUNTS["name"],
    "usual": Comparison(
        "usual IS NULL",
        (
            Level("always", "usual >= 0.9", (0.5, 0.02, 0.01), "+ that name usually means this account"),
            Level("mostly", "usual >= 0.5", (0.3, 0.08, 0.02), "+ that name mostly means this account"),
            Level("sometimes", "usual > 0", (0.15, 0.2, 0.07), "+ that name sometimes means this account"),
            Level("never", "true", (0.05, 0.7, 0.9), "− that name usually means another account"),
        ),
    ),
    "domain": Comparison(
        "at_domain IS NULL",
        (
            Level("always", "at_domain >= 0.9", (0.6, 0.05, 0.01), "+ mail domain of this account"),
            Level("mostly", "at_domain >= 0.5", (0.2, 0.15, 0.01), "+ mail domain mostly of this account"),
            Level("sometimes", "at_domain > 0", (0.15, 0.3, 0.03), "+ mail domain also of this account"),
            Level("never", "true", (0.05, 0.5, 0.95), "− mail domain of another account"),
        ),
    ),
    "phone": Comparison(
        "l.tail IS NULL OR r.tail IS NULL",
        (
            Level("same", "l.tail = r.tail AND NOT r.switchboard", (0.3, 0.005, 0.002), "+ phone of this account"),
            Level("switchboard", "l.tail = r.tail", (0.05, 0.05, 0.002), "+ phone of this account and others"),
            Level("different", "true", (0.65, 0.945, 0.996), ""),
        ),
    ),
    "city": Comparison(
        "l.city IS NULL OR (r.city IS NULL AND len(r.branch_words) = 0)",
        (
            Level("same", "l.city = r.city OR list_has_all(r.branch_words, string_split(l.city, ' '))",
                  (0.9, 0.3, 0.3), "+ same city"),
            Level("different", "true", (0.1, 0.7, 0.7), "− another city"),
        ),
    ),
}  # fmt: skip
