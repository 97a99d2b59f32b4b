"""What every figure means: in words, as a formula, and what its n counts.

A definition has a version of its own; it changes when the figure would come out otherwise. The prose with worked
examples is in docs/rules.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure: `table` is where it is published."""

    name: str
    table: str
    words: str
    formula: str
    n: str
    version: str = "1"


_DEFINITIONS = (
    Definition(
        "attainment",
        "periods",
        "How often a promise was kept, of all times it was decided in the period. Open and void instances are outside "
        "it and shown. A clock belongs to the period of its due instant, a check to that of its event.",
        "met / (met + broken)",
        "met + broken",
    ),
    Definition(
        "volume",
        "periods",
        "Different leads that entered the promised stage in the period; a lead that enters it twice counts once.",
        "count of leads; due by today = promised × pace, which rises by day within each month, whole leads only",
        "leads delivered",
    ),
    Definition(
        "value",
        "periods",
        "What the delivered leads are worth by the agreed worth of their grade at entry.",
        "sum of worth(grade at the lead's first entry in the period)",
        "leads delivered",
    ),
    Definition(
        "quality",
        "periods",
        "Delivered leads that reached the agreed stage, or a later one that is no exit, after that entry and within "
        "the agreed business time of it. Leads not yet that old are pending and in no rate.",
        "reached in time / leads old enough",
        "delivered leads old enough to be judged",
    ),
    Definition(
        "target",
        "targets",
        "What came in the period against what was agreed for it. Revenue: deals won in it; pipeline: deals opened in "
        "it, won or not; each at its latest amount known. Sourced: the part that the book gives to the team.",
        "actual / target",
        "leads, deals or money, as the measure says",
    ),
    Definition(
        "pay",
        "incentives",
        "What a team's pay plan comes to.",
        "sum of weight × min(attainment, 1.5); a duty's attainment is attainment / objective",
        "the measures of the plan",
    ),
    Definition(
        "entries",
        "entries",
        "Every entry to a stage in the period, a lead's later ones as well as its first, by the named part of the "
        "stage's condition that admitted it.",
        "count of entries",
        "entries, first and later ones",
    ),
    Definition(
        "conversion",
        "conversion",
        "Of the leads that entered a stage in the period, those that reached the later stage (or one declared after it "
        "that is no exit) within the horizon. Only leads observed for the whole horizon count; younger ones are "
        "pending. Never entries of one month over entries of another.",
        "leads with T(later) ≤ T(stage) + horizon / leads with as of − T(stage) ≥ horizon",
        "leads of the cohort observed for the whole horizon",
    ),
    Definition(
        "outcomes",
        "outcomes",
        "Where the leads of a cohort were at the horizon: moved on, in an exit, or still there.",
        "count of leads; adds up to n of the conversion to the next stage",
        "leads of the cohort observed for the whole horizon",
    ),
    Definition(
        "time_in_stage",
        "time_in_stage",
        "How long leads stay in a stage they entered in the period. Those still there count as staying longer.",
        "Kaplan–Meier median and third quartile; no figure where the curve does not get there",
        "entries, first and later ones",
    ),
    Definition(
        "speed",
        "speed",
        "How long a clock ran until it was stopped, in its own time and in all time. Clocks that still wait, or were "
        "voided, count as running longer; an early answer counts as zero.",
        "Kaplan–Meier median and 90th percentile; within target = met / (met + broken)",
        "clocks due in the period",
    ),
    Definition(
        "sourced",
        "credit",
        "The first (or last, if so agreed) marketing fact of a listed channel, by anybody at the deal's account, in "
        "the agreed look-back before the deal opened gives the whole deal to that team, otherwise to the other.",
        "one party a deal; the parties' shares of a period sum to 1",
        "deals",
    ),
    Definition(
        "influenced",
        "credit",
        "Deals with at least one marketing fact of a listed channel at the account in the look-back. Beside the book, "
        "never added to it.",
        "amount of such deals",
        "deals",
    ),
    Definition(
        "views",
        "credit",
        "The same deals split over the touches on their paths by other models. They describe paths, are never called "
        "causal, and never count.",
        "shares of the touches of a deal sum to exactly 1; by position 0.4 / 0.2 / 0.4 unless agreed otherwise",
        "touches of marketing in listed channels, and outgoing touches by people of sales",
    ),
    Definition(
        "channels",
        "channels",
        "What became of delivered leads, by the channel of each lead's first marketing fact.",
        "as quality",
        "delivered leads old enough to be judged",
    ),
    Definition(
        "reasons",
        "reasons",
        "Reasons given with decisions in the period, and what the agreement says they point at.",
        "count of decisions",
        "decisions",
    ),
    Definition(
        "stages",
        "stage_counts",
        "Leads by the stage they are in, and where the CRM says another.",
        "count of leads",
        "leads",
    ),
    Definition(
        "consent",
        "consent_breaks",
        "Outgoing touches in the period that a consent rule did not allow.",
        "count of touches, of leads",
        "outgoing touches that broke a rule",
    ),
)

DEFINITIONS = {definition.name: definition for definition in _DEFINITIONS}
"""By name."""
