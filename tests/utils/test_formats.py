"""Every format accepts what its standard accepts, alone and in a column."""

import pyarrow as pa
import pytest

from src.utils.formats import FORMATS

ARABIC_DIGITS = {ord("0") + n: 0x660 + n for n in range(10)}
# email to duration: the cases of the JSON Schema test suite, draft 2020-12 (MIT licence).
GOOD = {
    "email": (
        "joe.bloggs@example.com",
        "te~st@example.com",
        "~test@example.com",
        '"joe bloggs"@example.com',
        '"joe..bloggs"@example.com',
        '"joe@bloggs"@example.com',
        "joe.bloggs@[127.0.0.1]",
        "joe.bloggs@[IPv6:::1]",
        "te.s.t@example.com",
        "test@255.255.255.255",
        '""@iana.org',
        '" "@iana.org',
        "test@c--n.com",
        "test@123.com",
        '"\\a"@iana.org',
        '"\\""@iana.org',
        '"\\\\"@iana.org',
        "test@io",
        "a@[ipv6:::1]",
    ),
    "hostname": (
        "www.example.com",
        "xn--4gbwdl.xn--wgbh1c",
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk.com",
    ),
    "uri": (
        "http://foo.bar/?baz=qux#quux",
        "http://foo.com/blah_(wikipedia)_blah#cite-1",
        "http://foo.bar/?q=Test%20URL-encoded%20stuff",
        "http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com",
        "ldap://[2001:db8::7]/c=GB?objectClass?one",
        "mailto:John.Doe@example.com",
        "tel:+1-816-555-1212",
        "urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
        "http://999.999.999.999/",
        "http://a.com:",
        "http://:80",
        "http://user@",
        "http://!$&'()*+,;=.com",
        "http://exa~mple.com/",
    ),
    "ipv4": ("192.168.0.1", "0.0.0.0", "255.255.255.255", "87.10.0.1"),
    "ipv6": (
        "::1",
        "::abef",
        "::",
        "::42:ff:1",
        "d6::",
        "1:d6::42",
        "1::d6:192.168.0.1",
        "1:2::192.168.0.1",
        "::ffff:192.168.0.1",
        "1:2:3:4:5:6:7:8",
        "1000:1000:1000:1000:1000:1000:255.255.255.255",
    ),
    "uuid": ("2EB8AA08-AA98-11EA-B4AA-73B441D16380", "00000000-0000-0000-0000-000000000000"),
    "date": ("1963-06-19", "2020-01-31", "2024-02-29", "2000-02-29", "2020-12-31"),
    "time": (
        "08:30:06Z",
        "23:59:60Z",
        "01:29:60+01:30",
        "23:29:60+23:30",
        "15:59:60-08:00",
        "00:29:60-23:30",
        "08:30:06.283185Z",
        "12:34:56-00:00",
        "08:30:06z",
    ),
    "date-time": (
        "1963-06-19T08:30:06.283185Z",
        "1937-01-01T12:00:27.87+00:20",
        "1998-12-31T23:59:60Z",
        "1998-12-31T15:59:60.123-08:00",
        "1963-06-19t08:30:06.283185z",
        "1985-04-12T00:59:59.999999999999999Z",
    ),
    "duration": (
        "P4DT12H30M5S",
        "P4Y",
        "PT0S",
        "P1M",
        "PT1M",
        "P1DT12H",
        "P2W",
        "P1Y2M3DT4H5M6S",
        "PT1M2S",
        "P01D",
        "P9999999999999999999999999999999999999999D",
    ),
    "country": ("DE", "US", "AX"),
    "currency": ("EUR", "USD", "XAU"),
    "language": ("de", "en-GB", "zu"),
    "credit-card": ("4242424242424242", "378282246310005", "5555555555554444"),
    "ean13": ("4006381333931", "0012345678905"),
    "isbn13": ("9783161484100", "978-3-16-148410-0", "979-10-90636-07-1"),
    "iban": ("DE89370400440532013000", "GB82WEST12345698765432", "MT84MALT011000012345MTLCAST001S"),
    "phone": ("+4930123456", "+12025550100"),
    "mac": ("00:1A:2b:3c:4d:5e", "00-1a-2b-3c-4d-5e"),
    "postcode": ("10115", "SW1A 1AA", "1012 AB", "00-950", "90210-1234"),
    "latitude": ("52.52", "-90", "90.000", "0"),
    "longitude": ("13.4", "-180", "179.999"),
    "slug": ("a", "bike-shop-24"),
}
BAD = {
    "email": (
        "2962",
        ".test@example.com",
        "test.@example.com",
        "te..st@example.com",
        "joe.bloggs@invalid=domain.com",
        "joe.bloggs@[127.0.0.300]",
        "user1@oceania.org, user2@oceania.org",
        '"Winston Smith" <winston.smith@recdep.minitrue> (Records Department)',
        "@example.com",
        "joe.bloggs@",
        "aé@iana.org",
        "a@é.org",
        '"test\\©"@iana.org',
        "test@iana.org\n",
        "a@iana.org ",
        "\u007f@iana.org",
        '"test"test@iana.org',
        "a@b@c.org",
        "test@-iana.org",
        "test@iana.org.",
        "test@iana..com",
        "test@[1.2.3.4",
        "a@[]",
        "a@[1.2.3]",
        "test@a[255.255.255.255]",
        "a,b@iana.org",
        "test(comment)@iana.org",
        "",
    ),
    "hostname": (
        "-a-host-name-that-starts-with--",
        "not_a_valid_host_name",
        "a-vvvvvvvvvvvvvvvveeeeeeeeeeeeeeeerrrrrrrrrrrrrrrryyyyyyyyyyyyyyyy-long-host-name-component",
        "hostname-",
        "_hostname",
        "",
        ".".join(["a" * 50] * 6),
    ),
    "uri": (
        "//foo.bar/?baz=qux#quux",
        "/abc",
        "\\\\WINDOWS\\fileshare",
        "abc",
        "http:// shouldfail.com",
        "bar,baz:foo",
        "https://[@example.org/test.txt",
        "https://example.org/foobar®.txt",
        "https://example.org/foobar\\.txt",
        "https://example.org/foobar<>.txt",
        "http://example.com/%6G",
        "http://example.com/%",
        "1http://example.com",
        "http://example.com:abc/path",
        "http://a.com:8:0",
    ),
    "ipv4": ("127.0.0.0.1", "256.256.256.256", "127.0", "0x7f000001", "087.10.0.1", "1.2.3.৪"),
    "ipv6": (
        "12345::",
        "1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1",
        "::laptop",
        ":2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:",
        "1::d6::42",
        "1::2:192.168.256.1",
        "1:2:3:4:5:::8",
        "1",
        "127.0.0.1",
        "fe80::/64",
        "fe80::a%eth1",
        "1:2:3:4:5:6:7:৪",
    ),
    "uuid": ("2eb8aa08-aa98-11ea-b4aa-73b441d1638", "2eb8aa08aa9811eab4aa73b441d16380", ""),
    "date": ("2020-01-32", "2021-02-29", "1900-02-29", "2020-13-01", "2020-00-01", "1963-6-1", ""),
    "time": (
        "22:59:60Z",
        "23:59:60+01:00",
        "24:00:00Z",
        "00:60:00Z",
        "00:00:61Z",
        "01:02:03+24:00",
        "01:02:03Z+00:30",
        "12:00:00",
        "1২:00:00Z",
        "08:30:06+0130",
        "08:30:06Z\n",
    ),
    "date-time": (
        "1998-12-31T22:59:60Z",
        "1990-02-31T15:59:59.123-08:00",
        "1990-12-31T15:59:59-24:00",
        "2013-350T01:01:01",
        "1963-06-19 08:30:06Z",
        "+11963-06-19T08:30:06.283185Z",
    ),
    "duration": (
        "PT1D",
        "P",
        "P1YT",
        "PT",
        "P2D1Y",
        "P1D2H",
        "P1Y2W",
        "P1Y2D",
        "PT1H2S",
        "PT0.5S",
        "-P1D",
        "P1D\n",
    ),
    "country": ("de", "UK", "ZZ", "DEU"),
    "currency": ("eur", "ABC"),
    "language": ("EN", "xx", "en-XX"),
    # The last one is a number that could be somebody's: its check digit is right.
    "credit-card": ("4242424242424241", "4242 4242 4242 4242", "42", "4539578763621486"),
    "ean13": ("4006381333932", "400638133393", "40063813339310"),
    "isbn13": ("9783161484101", "978-3-16-148410", "9773161484100", "978--3161484100"),
    "iban": ("DE88370400440532013000", "DE8937040044053201300", "ZZ89370400440532013000"),
    "phone": ("030123456", "+0301234567", "+49 30 123456", "+1234567890123456"),
    "mac": ("00:1A-2b:3c:4d:5e", "00:1A:2b:3c:4d", "001A2b3c4d5e"),
    "postcode": ("", "ABC", "12345678901", "1 ", "12--34"),
    "latitude": ("90.1", "91", "north", "1e1", "5."),
    "longitude": ("180.5", "200", ""),
    "slug": ("", "-a", "a--b", "Ab", "a_b"),
}


def test_every_format_has_cases_and_the_table_is_sorted():
    assert list(FORMATS) == sorted(GOOD) == sorted(BAD)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_accepts_what_is_right_and_nothing_else(name):
    assert [text for text in GOOD[name] if not FORMATS[name].accepts(text)] == []
    assert [text for text in BAD[name] if FORMATS[name].accepts(text)] == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_column_is_judged_as_its_texts_are_one_by_one(name):
    # Unicode's digits and line ends, which two engines may take for different things.
    strange = [text.translate(ARABIC_DIGITS) for text in GOOD[name]]
    strange += [text + end for text in GOOD[name] for end in ("\n", "\u2028")]
    texts = [*GOOD[name], None, *BAD[name], *strange, *GOOD[name]]
    expected = [text is not None and FORMATS[name].accepts(text) for text in texts]
    for kind in (pa.string(), pa.large_string()):
        column = pa.concat_arrays([pa.array(["x", None], kind), pa.array(texts, kind)]).slice(2)
        assert FORMATS[name].accepted(column).tolist() == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [("credit-card", "4242424242424242"), ("ean13", "4006381333931"), ("isbn13", "9783161484100")],
)
def test_any_single_wrong_digit_breaks_the_check_digit(name, text):
    wrong = [
        text[:place] + digit + text[place + 1 :]
        for place in range(len(text))
        for digit in "0123456789"
        if digit != text[place]
    ]
    assert not FORMATS[name].accepted(pa.array(wrong)).any()


def test_two_swapped_neighbours_break_an_iban():
    iban = "GB82WEST12345698765432"
    swapped = [
        iban[:place] + iban[place + 1] + iban[place] + iban[place + 2 :]
        for place in range(len(iban) - 1)
        if iban[place] != iban[place + 1]
    ]
    assert not FORMATS["iban"].accepted(pa.array(swapped)).any()


UUID = "0a1B2c3d-4e5f-6789-abcd-ef0123456789"


@pytest.mark.parametrize(
    "texts",
    [
        [UUID, UUID],
        [UUID, "h" + UUID[1:]],  # what a layout writes for a digit is none
        [UUID, UUID.replace("-", "h")],
        [UUID, UUID.replace("-", "0")],
        [UUID[:-1], UUID + "0"],  # as many characters together
        [UUID[1:], UUID[1:]],
        [UUID, "é" + UUID[2:]],
        [UUID, None],
        [],
    ],
)
def test_a_column_of_one_layout_is_read_like_its_texts(texts):
    checker = FORMATS["uuid"]
    alone = [text is not None and checker.accepts(text) for text in texts]
    column = pa.array([UUID, *texts, None], pa.string()).slice(1, len(texts))
    assert checker.accepted(column).tolist() == alone


def test_an_address_may_be_long_in_bytes_only():
    checker = FORMATS["email"]
    longest = "a" * (254 - len("@example.com")) + "@example.com"
    assert checker.accepted(pa.array([longest, "a" + longest])).tolist() == [True, False]
