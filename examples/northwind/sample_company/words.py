"""The vocabulary of the sample company: invented names of people, companies, campaigns and pages.

All mail domains end in `.example`; all phone numbers lie in ranges kept free for fiction.
"""

from __future__ import annotations

from .draws import Odds

FIRST_NAMES = (
    "Aisha Amara Anna Arjun Astrid Ayşe Beatriz Björn Carla Cem Chidi Clara Daan David Deniz Dmitri Elena Elif "
    "Emeka Emil Esther Eva Farah Felix Fenna Fiona Florian Giulia Grace Hana Hannah Hiroshi Hugo Ida Imran Ines "
    "Ingrid Isaac Ivana Jakob Jamal Jana Jasper Jing Joana Jonas José Julia Kamal Karin Katarzyna Kenji Kofi Lars "
    "Laura Layla Lea Leon Leyla Lina Linus Lucía Luka Maja Malik Marek Maria Marta Mateo Max Mehmet Mei Mia "
    "Miguel Milan Mira Mohammed Nadia Naomi Nele Nia Nikolai Noah Nora Olga Oliver Omar Paula Pedro Petra Piotr "
    "Priya Quentin Rahel Rania Ravi Rosa Ruth Samir Sanne Sara Sasha Selin Silvia Simon Sofia Stefan Sven Tariq "
    "Tereza Thandi Theo Thomas Tomasz Ursula Vera Viktor Wanda Wei Yara Yusuf Zeynep Zoë"
).split()

LAST_NAMES = (
    "Abdi Adler Aksoy Albers Almeida Anand Andersen Arslan Baker Baptiste Barros Bauer Becker Berg Bianchi Böhm "
    "Brandt Brouwer Castillo Chen Costa Cruz Dahl Danso Demir Diallo Diaz Dietrich Dijkstra Dubois Eriksen "
    "Esposito Fabian Farouk Ferrari Fischer Fontaine Frank Fuchs García Gruber Haas Hansen Hartmann Haddad "
    "Herrera Hofer Horvat Huber Ibrahim Ivanov Jansen Jensen Jung Kaya Keller Khan Kim König Kowalski Kraus "
    "Krüger Kumar Lang Larsen Lehmann Lopez Maier Marino Mayer Mendes Meyer Mokoena Moreau Müller Nakamura "
    "Neumann Nguyen Nilsson Novak Nowak Ochieng Okafor Okoye Olsen Ortega Osman Park Patel Pavlov Pereira Peters "
    "Petrov Pohl Popescu Quinn Rahman Ramos Reuter Ricci Rossi Roth Santos Sato Sauer Schmid Schulz Seidel Sharma "
    "Silva Singh Sørensen Steiner Suzuki Tanaka Thiel Tran Vargas Vermeer Vogel Wagner Walter Weber Winkler "
    "Wójcik Wong Yıldız Zhang Ziegler Zimmer"
).split()

COMPANY_PREFIXES = (
    "Adria Alpen Amber Aurora Baltic Birke Blauwal Boreas Bright Cedar Cobalt Delta Dorn Elbe Falke Fjord Flint "
    "Foxtail Garda Granit Hansa Harbour Helio Hollow Iris Isar Juniper Kastor Kiefer Krone Lark Linde Lumen Maple "
    "Meridian Mosel Nordstern Onyx Otter Pioneer Prisma Quarz Raven Rhein Saffron Summit Tern Vega Wren Zephyr"
).split()

COMPANY_PLACES = (
    "Aachen Basel Bergen Boston Bremen Bruges Dallas Delft Denver Dresden Erfurt Essen Geneva Ghent Graz Hamburg "
    "Kassel Kiel Leiden Leipzig Linz Lübeck Lyon Mainz Memphis Munster Oakland Oslo Passau Phoenix Porto Potsdam "
    "Prague Rostock Seattle Trier Turin Utrecht Vienna Zug"
).split()

BUSINESS = {
    "saas": ("Software", "Cloud", "Systems"),
    "fintech": ("Payments", "Capital", "Ledger"),
    "logistics": ("Freight", "Logistics", "Shipping"),
    "retail": ("Stores", "Market", "Outfitters"),
    "manufacturing": ("Works", "Tools", "Components"),
    "healthcare": ("Clinics", "Care", "Diagnostics"),
    "education": ("Academy", "College", "Learning"),
}
LEGAL_FORMS = {
    "DE": "GmbH",
    "AT": "GmbH",
    "CH": "AG",
    "NL": "B.V.",
    "US": "Inc.",
    "FR": "SAS",
    "GB": "Ltd",
    "PL": "S.A.",
}

COUNTRY_NAMES = {
    "DE": "Germany",
    "AT": "Austria",
    "CH": "Switzerland",
    "NL": "Netherlands",
    "US": "United States",
    "FR": "France",
    "GB": "United Kingdom",
    "PL": "Poland",
}
INDUSTRY_NAMES = {
    "saas": "Software (SaaS)",
    "fintech": "Financial technology",
    "logistics": "Transport & logistics",
    "retail": "Retail",
    "manufacturing": "Manufacturing",
    "healthcare": "Health care",
    "education": "Education",
}
SENIORITY_NAMES = {
    "individual": "Individual contributor",
    "manager": "Manager",
    "director": "Director",
    "vp": "VP",
    "cxo": "C-Level",
}
TITLES = {
    "individual": ("Analyst", "Engineer", "Buyer", "Planner", "Specialist"),
    "manager": ("Operations Manager", "IT Manager", "Head of Shift", "Purchasing Manager"),
    "director": ("Director Operations", "Director IT", "Director Finance", "Head of Digital"),
    "vp": ("VP Operations", "VP Engineering", "VP Supply Chain"),
    "cxo": ("CEO", "COO", "CFO", "CTO"),
}

PHONES = {  # ranges set aside for films and novels, or exchange 555
    "DE": "+49 30 23125{:03d}",
    "AT": "+43 1 555 0{:03d}",
    "CH": "+41 44 555 0{:03d}",
    "NL": "+31 20 555 0{:03d}",
    "US": "+1 212 555 0{:03d}",
    "FR": "+33 1 99 00 0{:03d}",
    "GB": "+44 20 7946 0{:03d}",
    "PL": "+48 22 555 0{:03d}",
}

CAMPAIGNS = {
    "paid_search": ("brand-search", "route-planning-search", "cold-chain-search"),
    "paid_social": ("ebook-push", "scaleup-lookalike", "retargeting"),
    "organic": ("",),
    "content": ("guide-tms-wms", "report-last-mile"),
    "webinar": ("cold-chain-on-time", "customs-made-easy", "forecasting-peak-season"),
    "event": ("logistics-days", "transport-fair", "founders-dinner"),
    "partner": ("carrier-network", "erp-alliance"),
    "email": ("newsletter",),
}
PAGES = ("home", "product", "integrations", "customers", "blog", "careers")
PAGE_PATHS = {"home": "/", "pricing": "/pricing"}
ASSETS = ("guide-tms-wms", "report-last-mile", "checklist-customs", "case-fourteen-depots", "calculator-empty-miles")
OUTCOMES = Odds(("no answer", 5), ("left a message", 3), ("out of office", 1))
NEEDS = ("fewer late deliveries", "one view of all carriers", "customs papers", "forecasts", "driver planning")
LOSS_REASONS = Odds(("price", 4), ("no decision", 4), ("competitor", 3), ("timing", 2), ("missing feature", 2))

SDR_EMEA = ("cem@northwind.example", "dora@northwind.example", "emil@northwind.example")
SDR_US = ("ann@northwind.example", "bob@northwind.example")
ACCOUNT_EXECUTIVES = ("olga@northwind.example", "pavel@northwind.example", "rosa@northwind.example")


def ascii_name(text: str) -> str:
    """Write a name as it is written in mail addresses."""
    spelled = text.lower()
    for letter, plain in zip("äöüßøéíóáşıçğëńżćł", "ae oe ue ss o e i o a s i c g e n z c l".split(), strict=True):
        spelled = spelled.replace(letter, plain)
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in spelled)
