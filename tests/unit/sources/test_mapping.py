"""A mapping is checked as a whole before any file is opened."""

import re
from pathlib import Path

import pytest

from detente.core.agreement.standard import STANDARD_KINDS
from detente.core.errors import MappingError
from detente.sources.files.classes import Class
from detente.sources.files.mapping import Condition, Constant, FromColumn, Template
from detente.sources.files.mapping_reader import read_mapping

REFERENCE = Path("docs/reference/mapping.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```yaml\n(mapping: 1.*?)```", REFERENCE, re.DOTALL).group(1)

HEAD = """\
mapping: 1
source: crm
timezone: Europe/Berlin
files:
  calls:
    file: calls.csv
    subject: person
    record: id
"""


def problems(text):
    try:
        return [str(problem) for problem in read_mapping(text, "m.yaml", STANDARD_KINDS)[1]]
    except MappingError as error:
        return [str(problem) for problem in error.problems]


def fact(text):
    return read_mapping(f"{HEAD}    facts:\n      - {text}\n", "m.yaml", STANDARD_KINDS)[0].files[0].facts[0]


def test_the_example_of_the_reference_is_a_mapping():
    mapping, warnings = read_mapping(EXAMPLE, "mapping.yaml", STANDARD_KINDS)
    assert warnings == []
    assert [spec.stream for spec in mapping.files] == ["contacts", "companies", "activities", "deals"]
    assert "Contact IDs" in mapping.files[3].columns()


def test_the_reference_says_every_quarantine_class_and_no_other():
    table = REFERENCE.split("### Quarantine classes")[1]
    said = {name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)}
    assert said == {each.value for each in Class}


def test_a_column_alone_is_the_same_record_in_this_very_source_whatever_its_name():
    mapping, warnings = read_mapping(f"{HEAD}    same_as: Contact ID\n", "m.yaml", STANDARD_KINDS)
    assert (mapping.files[0].same_as, warnings) == ({"crm": FromColumn("Contact ID")}, [])
    elsewhere = read_mapping(f"{HEAD}    same_as: {{erp: Debtor}}\n", "m.yaml", STANDARD_KINDS)[0]
    assert elsewhere.files[0].same_as == {"erp": FromColumn("Debtor")}


def test_a_name_is_a_column_braces_make_a_template_and_constants_are_said_to_be_ones():
    read = fact(
        "{kind: touch, occurred_at: At, source_id: '{id}:call', payload: {channel: {value: call}, outcome: Result}}"
    )
    assert read.source_id == Template((FromColumn("id"), Constant(":call")))
    assert read.payload["channel"].origin == Constant("call")
    assert read.payload["outcome"].origin == FromColumn("Result")


def test_known_payload_names_have_their_types_without_saying_so():
    read = fact("{kind: touch, occurred_at: At, payload: {seconds: Dur, automated: Auto, outcome: Result}}")
    assert [read.payload[name].type for name in ("seconds", "automated", "outcome")] == ["number", "boolean", "text"]


@pytest.mark.parametrize(
    ("when", "meant"),
    [
        ("At", Condition("At")),
        ("{At: '*'}", Condition("At")),
        ("{At: null}", Condition("At", ())),
        ("{S: Won}", Condition("S", ("Won",))),
        ("{S: [A, B]}", Condition("S", ("A", "B"))),
        ("{S: {not: [A]}}", Condition("S", ("A",), negated=True)),
    ],
)
def test_when_says_which_rows_give_the_fact(when, meant):
    assert fact(f"{{kind: touch, occurred_at: At, when: {when}}}").when == (meant,)


BAD = """\
mapping: 2
source: My CRM
timezone: Europe/Berln
fils: {}
files:
  calls:
    file: calls.csv
    subject: persn
    record: id
    format: {encoding: klingon, delimiter: ab}
    facts:
      - kind: form_submitt
        occured_at: At
      - enrich: {email: Mail, person.size: {column: Size, as: numbr}}
        occurred_at: {column: At, format: "%Q"}
        payload: {form: x}
      - kind: touch
        enrich: {}
        occurred_at: {value: tomorrow}
      - kind: enrich
        occurred_at: At
        payload: {a: {value: 1, column: b}, b: {column: c, map: {x: 1, y: two}}, c: {column: c, decimal: ","}}
"""
EXPECTED = """\
m.yaml:1:10: version '2' is not known; write `mapping: 1`
m.yaml:2:9: 'My CRM' is no name
m.yaml:3:11: the zone 'Europe/Berln' is not known; nearest is 'Europe/Berlin'
m.yaml:4:1: unknown key 'fils'; nearest is 'files'
m.yaml:8:14: 'persn' is none of person, account, deal; nearest is 'person'
m.yaml:10:24: the encoding 'klingon' cannot be read
m.yaml:10:44: a delimiter is one character
m.yaml:12:9: lacks `occurred_at`
m.yaml:12:15: warning: the kind 'form_submitt' is not declared; nearest is 'form_submit'
m.yaml:13:9: unknown key 'occured_at'; nearest is 'occurred_at'
m.yaml:14:18: 'email' is no attribute path
m.yaml:14:63: 'numbr' is none of text, number, boolean, email, domain; nearest is 'number'
m.yaml:15:43: '%Q' is not known in a format
m.yaml:16:9: attribute values stand under `enrich`
m.yaml:17:9: either `kind` or `enrich` is needed here
m.yaml:18:17: names no attribute
m.yaml:19:30: 'tomorrow' is no time
m.yaml:20:15: attribute values are given under `enrich:`
m.yaml:22:22: either `column` or `value` is needed here
m.yaml:22:65: the results are of different types: number, text
m.yaml:22:106: only numbers have a decimal mark
"""


def test_everything_wrong_is_told_at_once_at_its_place_with_the_nearest_word():
    told = problems(BAD)
    for line in EXPECTED.splitlines():
        assert any(each.startswith(line) for each in told), (line, told)
    assert len(told) == len(EXPECTED.splitlines())


def test_a_constant_time_must_be_readable_by_itself():
    text = f"{HEAD}    facts:\n      - {{kind: touch, occurred_at: {{value: 2026-01-01}}}}\n"
    assert problems(text) == []
    assert "has no offset" in problems(text.replace("timezone: Europe/Berlin\n", ""))[0]
    assert problems(text.replace("timezone: Europe/Berlin\n", "").replace("01-01", "01-01T10:00Z")) == []
    assert "leave `format` out" in problems(text.replace("01-01}", '01-01, format: "%Y-%m-%d"}'))[-1]


def test_two_facts_of_one_row_need_ids_of_their_own():
    twice = f"{HEAD}    facts:\n      - {{kind: lead_accept, occurred_at: a, source_id: id}}\n"
    twice += "      - {kind: lead_qualify, occurred_at: b, source_id: id}\n"
    assert "another fact of the same rows has this source_id" in problems(twice)[0]
    apart = twice.replace("occurred_at: b", "when: b, occurred_at: b")
    assert problems(apart) == []


def test_a_misspelt_payload_name_is_pointed_out():
    text = f"{HEAD}    facts:\n      - {{kind: form_submit, occurred_at: a, payload: {{chanel: c, own_thing: o}}}}\n"
    assert problems(text) == ["m.yaml:10:55: warning: 'chanel' is no payload name of form_submit; nearest is 'channel'"]


@pytest.mark.parametrize(
    "text", ["", "- a\n", "mapping: 1\n", "mapping: [1\n", "mapping: &a 1\nsource: *a\nfiles: {}\n"]
)
def test_what_is_no_mapping_is_refused_with_a_place(text):
    with pytest.raises(MappingError) as refused:
        read_mapping(text, "m.yaml", STANDARD_KINDS)
    assert all(problem.line >= 1 for problem in refused.value.problems)


def test_a_condition_without_a_column_is_refused_since_it_would_hold_for_every_row():
    assert "at least one column is expected here" in problems(f"{HEAD}    deleted: {{}}\n")[0]
    fact_when = f"{HEAD}    facts:\n      - {{kind: touch, occurred_at: At, when: {{}}}}\n"
    assert "at least one column is expected here" in problems(fact_when)[0]


def test_a_file_that_would_bring_nothing_is_refused():
    assert "it would bring nothing" in problems(HEAD)[0]
    assert "names no attribute" in problems(f"{HEAD}    facts:\n      - {{enrich: {{}}, occurred_at: a}}\n")[0]
