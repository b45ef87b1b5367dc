"""Telephone numbers kept free for fiction, and the places whose area codes they have.

Numbers: NANPA 555-0100 to 555-0199; Ofcom; Bundesnetzagentur, Mitteilung 148/2021; Arcep; PTS.
Areas of the United States: libphonenumber's geocoding metadata 9.0.43.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

PlaceRow = list[Any]
"""City, region, postcodes, weight."""

# Per state, the area codes of its large cities.
US_AREAS = {
    "Alabama": "205 251 256 334",
    "Alaska": "907",
    "Arizona": "480 520 602 623 928",
    "Arkansas": "479 501 870",
    "California": "209 213 310 323 408 415 424 510 530 559 562 619 626 650 "
    "661 707 714 760 805 818 831 858 909 916 925 949 951",
    "Colorado": "303 719 720 970",
    "Connecticut": "203 475 860",
    "Delaware": "302",
    "District of Columbia": "202",
    "Florida": "239 305 321 352 386 407 561 727 754 772 786 813 850 863 904 941 954",
    "Georgia": "229 404 470 478 678 706 770 912",
    "Hawaii": "808",
    "Idaho": "208",
    "Illinois": "217 224 309 312 618 630 708 773 815 847",
    "Indiana": "219 260 317 574 765 812",
    "Iowa": "319 515 563 641 712",
    "Kansas": "316 620 785 913",
    "Kentucky": "270 502 606 859",
    "Louisiana": "225 318 337 504 985",
    "Maine": "207",
    "Maryland": "240 301 410 443",
    "Massachusetts": "413 508 617 774 781 857 978",
    "Michigan": "231 248 313 517 586 616 734 810 906 989",
    "Minnesota": "218 320 507 612 651 763 952",
    "Mississippi": "228 601 662",
    "Missouri": "314 417 573 636 660 816",
    "Montana": "406",
    "Nebraska": "308 402",
    "Nevada": "702 775",
    "New Hampshire": "603",
    "New Jersey": "201 551 609 732 848 856 862 908 973",
    "New Mexico": "505 575",
    "New York": "212 315 347 516 518 585 607 631 646 716 718 845 914 917",
    "North Carolina": "252 336 704 828 910 919 980",
    "North Dakota": "701",
    "Ohio": "216 234 330 419 440 513 567 614 740 937",
    "Oklahoma": "405 580 918",
    "Oregon": "503 541 971",
    "Pennsylvania": "215 267 272 412 484 570 610 717 724 814",
    "Rhode Island": "401",
    "South Carolina": "803 843 864",
    "South Dakota": "605",
    "Tennessee": "423 615 731 865 901 931",
    "Texas": "210 214 254 281 325 361 409 430 432 469 512 682 713 "
    "806 817 830 832 903 915 936 940 956 972 979",
    "Utah": "385 435 801",
    "Vermont": "802",
    "Virginia": "276 434 540 571 703 757 804",
    "Washington": "206 253 360 425 509",
    "West Virginia": "304",
    "Wisconsin": "262 414 608 715 920",
    "Wyoming": "307",
}
AMERICAN = tuple(f"+1{area}55501##" for area in sorted(" ".join(US_AREAS.values()).split()))

BRITISH_CITIES = {
    "Leeds": "+441134960###",
    "Sheffield": "+441144960###",
    "Nottingham": "+441154960###",
    "Leicester": "+441164960###",
    "Bristol": "+441174960###",
    "Reading": "+441184960###",
    "Birmingham": "+441214960###",
    "Edinburgh": "+441314960###",
    "Glasgow": "+441414960###",
    "Liverpool": "+441514960###",
    "Manchester": "+441614960###",
    "Newcastle upon Tyne": "+441914980###",
    "London": "+442079460###",
    "Cardiff": "+442920180###",
}
BRITISH = (*BRITISH_CITIES.values(), "+441632960###", "+447700900###")

GERMAN_CITIES = {
    "Berlin": "+493023125###",
    "Hamburg": "+494066969###",
    "Frankfurt am Main": "+496990009###",
    "Köln": "+492214710###",
    "München": "+498999998###",
}
GERMAN = (*GERMAN_CITIES.values(), "+4917139200##", "+49176040690##")

SWEDISH_CITIES = {
    "Stockholm": "+468465004##",
    "Göteborg": "+463139006##",
    "Malmö": "+464062804##",
}
SWEDISH = (
    *SWEDISH_CITIES.values(),
    *(f"+46701740{tens}#" for tens in range(61, 70)),
)

# By the first digit of the national number; departments by the start of the postcode.
FRENCH_ZONES = {
    "+3319900####": "75 77 78 91 92 93 94 95",
    "+3326191####": "14 18 22 27 28 29 35 36 37 41 44 45 49 50 53 56 61 72 76 85",
    "+3335301####": "02 08 10 21 25 39 51 52 54 55 57 58 59 60 62 67 68 70 71 80 88 89 90",
    "+3346571####": "01 03 04 05 06 07 11 13 15 20 26 30 34 38 42 43 48 63 66 69 73 74 83 84",
    "+3353649####": "09 12 16 17 19 23 24 31 32 33 40 46 47 64 65 79 81 82 86 87",
}
FRENCH = (*FRENCH_ZONES, "+3363998####")

Area = Callable[[PlaceRow], tuple[str, ...]]


def of_city(cities: dict[str, str]) -> Area:
    return lambda place: (cities[str(place[0])],) if place[0] in cities else ()


def american(place: PlaceRow) -> tuple[str, ...]:
    return tuple(f"+1{area}55501##" for area in US_AREAS.get(str(place[1]), "").split())


def french(place: PlaceRow) -> tuple[str, ...]:
    department = str(place[2][0])[:2]
    return tuple(form for form, own in FRENCH_ZONES.items() if department in own.split())


def nowhere(_: PlaceRow) -> tuple[str, ...]:
    """Where no range is known to belong to an area."""
    return ()


def grouped(places: Iterable[PlaceRow], area: Area) -> list[list[list[Any]]]:
    """Pairs of forms and the numbers of the places that have them."""
    groups: dict[tuple[str, ...], list[Any]] = {}
    for number, place in enumerate(places):
        if forms := area(place):
            groups.setdefault(forms, []).append(number)
    return [[[*forms], numbers] for forms, numbers in groups.items()]
