"""Secrets inside texts: what is hidden, and what of the text stays."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

import pytest

from logging_system import configure, get_logger
from packages.logger.tests.redact.leaks import LEAKS
from packages.logger.tests.redact.look_alikes import TEXTS

Records = list[dict[str, Any]]

#: What is logged and what is written.
WRITTEN: Final = [
    # URLs
    ("postgres://shop:hunter2@db/orders", "postgres://shop:***@db/orders"),
    ("postgres://shop:p@ss:w@db:5432/orders?x=a@b", "postgres://shop:***@db:5432/orders?x=a@b"),
    ("postgres://shop:p/w@db/orders", "postgres://shop:***@db/orders"),
    ("redis://:hunter2@cache", "redis://:***@cache"),
    ("a://u:p1@x b://u:p2@y,c://u:p3@z", "a://u:***@x b://u:***@y,c://u:***@z"),
    ("https://token123@git.example.com/a", "https://***@git.example.com/a"),
    ("http://example.com:8080/a@b", "http://example.com:8080/a@b"),
    ("http://[::1]:8080/a@b", "http://[::1]:8080/a@b"),
    ("http://example.com:x@", "http://example.com:***@"),
    ("next=https%3A%2F%2Fu%3Ap%40host%2Fa", "next=https%3A%2F%2Fu%3A***%40host%2Fa"),
    ("https://a.example.com/?token=x&next=1#top", "https://a.example.com/?token=***&next=1#top"),
    ("/a?next=%2Fb%3Ftoken%3Dx%26c%3D1", "/a?next=%2Fb%3Ftoken%3D***%26c%3D1"),
    ("data=token%3Dx%26c%3D1", "data=token%3D***%26c%3D1"),
    ("/a?token=", "/a?token="),
    # keys in texts
    ("password=hunter2 user=ann", "password=*** user=ann"),
    ("password=a&b&user=ann", "password=***&user=ann"),
    ("Password=a;b;Database=shop", "Password=***;Database=shop"),
    ("password=a;", "password=***;"),
    ("(password=hunter2)", "(password=***)"),
    ("f(password=hunter2, user='ann')", "f(password=***, user='ann')"),
    ("f(password=g(1, 'x'), user='ann')", "f(password=***, user='ann')"),
    ("f(password=g(h('x')))", "f(password=***)"),
    ("password=[redacted", "password=***"),
    ("password='hunter2' user='ann'", "password='***' user='ann'"),
    ("password='it\\'s' user='ann'", "password='***' user='ann'"),
    ("password='no end", "password='***"),
    ("password='no end\nnext line", "password='***\nnext line"),
    ('password="""two\nlines""" + 1', 'password="""***""" + 1'),
    ('password="""no end\nat all', 'password="""***'),
    ("password=b'hunter2', user=b'ann'", "password=b'***', user=b'ann'"),
    ("password=''", "password=''"),
    ("password=", "password="),
    ("password = 'a' + 'b' + c", "password = '***' + c"),
    ("password := 'a'", "password := '***'"),
    ("'password' => 'a'", "'password' => '***'"),
    ("if password != 'a':", "if password != '***':"),
    ('d["password"] = "a"', 'd["password"] = "***"'),
    ("password: str = 'a'", "password: ***"),
    ("password: Optional[str] | None = None", "password: ***"),
    ("def check(password: str) -> bool:", "def check(password: ***) -> bool:"),
    ("token: abc failed", "token: *** failed"),
    ("tokens: 512, cookies=3", "tokens: 512, cookies=3"),
    ("tokens=abc", "tokens=***"),
    ("password: required", "password: required"),
    ("password: is wrong", "password: is wrong"),
    ("passphrase: four plain words, then more", "passphrase: ***, then more"),
    ("my api key: abc", "my api key: ***"),
    ("api key is gone", "api key is gone"),
    ("key: abc", "key: abc"),
    ("a token of love", "a token of love"),
    ("std::token::Kind and secret://store", "std::token::Kind and secret://store"),
    ("shop.token.InvalidToken: bad token", "shop.token.InvalidToken: bad token"),
    ("C:\\temp\\token=x", "C:\\temp\\token=***"),
    # structures in texts
    ('{"password": "a\\"b", "user": "ann"}', '{"password": "***", "user": "ann"}'),
    ('{"password":"a","user":"ann"}', '{"password":"***","user":"ann"}'),
    ('{\\"password\\": \\"a\\", \\"user\\": \\"ann\\"}', '{\\"password\\": \\"***\\", \\"user\\": \\"ann\\"}'),
    ('{\\"password\\": \\"a\\\\\\"b\\", \\"c\\": 1}', '{\\"password\\": \\"***\\", \\"c\\": 1}'),
    ('{\\"password\\": \\"a', '{\\"password\\": \\"***'),
    ('{"password": 1234, "user": "ann"}', '{"password": ***, "user": "ann"}'),
    ('{"credentials": {"a": "x}", "b": ["y"]}, "c": 1}', '{"credentials": ***, "c": 1}'),
    ('{"credentials": {\n "a": "x"\n}, "c": 1}', '{"credentials": ***, "c": 1}'),
    ('"credentials": {\n"a": "x"', '"credentials": ***\n"a": "x"'),
    ("token=[\ntoken=[\n]", "token=***\ntoken=***\n]"),
    ("[('password', 'a'), ('user', 'ann')]", "[('password', '***'), ('user', 'ann')]"),
    ("[['password', 'a'], ['user', 'ann']]", "[['password', '***'], ['user', 'ann']]"),
    ("['password', 'user']", "['password', 'user']"),
    ("('password', secret_value)", "('password', secret_value)"),
    ("d.get('password', 'a')", "d.get('password', '***')"),
    ("['mysql', '--password', 'a', '-u', 'ann']", "['mysql', '--password', '***', '-u', 'ann']"),
    ("mysql --password a --user ann", "mysql --password *** --user ann"),
    ("mysql --password --user ann", "mysql --password --user ann"),
    ("mysql --password-file /a", "mysql --password-file /a"),
    ("<password>a</password><user>ann</user>", "<password>***</password><user>ann</user>"),
    ("<password> </password>", "<password> </password>"),
    ("IDENTIFIED BY 'a' PASSWORD \"b\"", "IDENTIFIED BY '***' PASSWORD \"***\""),
    ("the password 'a' is wrong", "the password '***' is wrong"),
    # headers
    ("Authorization: Basic YTpi\r\nHost: a", "Authorization: ***\r\nHost: a"),
    ('curl -H "Cookie: a=b; c=d" http://a', 'curl -H "Cookie: ***" http://a'),
    ("b'Cookie: a=b\\r\\nHost: a'", "b'Cookie: ***\\r\\nHost: a'"),
    ("Cookie: a=b; c=d, e", "Cookie: ***"),
    ("authorization: Digest a='b', c='d'", "authorization: ***"),
    ("token=Bearer abc next", "token=*** next"),
    ("token=Digest a=b, c=d", "token=***"),
    ('"authorization": {"scheme": "a"}, "b": 1', '"authorization": ***, "b": 1'),
    ("(b'authorization', b'a'), (b'host', b'b')", "(b'authorization', b'***'), (b'host', b'b')"),
    # credentials by their form
    ("sent Basic YW5uOmh1bnRlcjI= to a", "sent Basic *** to a"),
    ("Basic YW5uOmh1bnRlcjI failed", "Basic *** failed"),
    ("Basic abcde", "Basic abcde"),
    ("basic training", "basic training"),
    ("Bearer abc123def", "Bearer ***"),
    ("Bearer abcdefghijklmnopqrst", "Bearer ***"),
    ("bearer token-based auth", "bearer token-based auth"),
    ('Digest username="a", response="b"', "Digest ***"),
    ("Signature=0123456789abcdef0123", "Signature=***"),
    ("/a?sv=1&sig=abcdefghijklmnop%3D&b=1", "/a?sv=1&sig=***&b=1"),
    ("a-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----b",
     "a-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----b"),
    ("-----BEGIN RSA PRIVATE KEY-----\nx\ny", "-----BEGIN RSA PRIVATE KEY-----***"),
    ("password\n  too short [type=a, input_value='x', input_type=str]\nuser\n  bad [input_value=1, input_type=int]",
     "password\n  too short [type=a, input_value=***, input_type=str]\nuser\n  bad [input_value=1, input_type=int]"),
]  # fmt: skip


@pytest.mark.guarantee(69)
def test_secrets_in_texts_are_hidden_and_the_rest_stays(log_lines: Callable[[], Records]) -> None:
    """Without any setting."""
    logger = get_logger("shop")
    for text, _ in WRITTEN:
        logger.info(text, note=text)

    for (text, written), record in zip(WRITTEN, log_lines(), strict=True):
        assert (record["message"], record["note"]) == (written, written), text


def test_what_was_hidden_stays_as_it_is_when_it_is_logged_again(log_lines: Callable[[], Records]) -> None:
    """A record of another process may be in a message."""
    logger = get_logger("shop")
    for _, written in WRITTEN:
        logger.info(written)

    assert [record["message"] for record in log_lines()] == [written for _, written in WRITTEN]


@pytest.mark.parametrize("presets", ["default", "gdpr,hipaa,pci"])
def test_a_plain_field_hides_what_a_nested_one_does(presets: str, log_lines: Callable[[], Records]) -> None:
    """Most records take a fast way that only asks whether something could be hidden."""
    configure(log_dir="logs", console_output=False, service_name="app", redact=presets)
    logger = get_logger("shop")
    choose = random.Random(20_260_619)  # the same texts in each run
    pieces = [*TEXTS, *(leak.text.format(leak.value) for leak in LEAKS), *(f"{leak.key}=x" for leak in LEAKS)]
    for _ in range(400):
        text = choose.choice([" ", ", ", "\n", '"', ""]).join(choose.sample(pieces, choose.randint(1, 3)))
        logger.info("seen", number=7, note=text)
        logger.info("seen", note=[7, {"note": {"note": {text}}}, text])

    records = log_lines()
    for plain, nested in zip(records[::2], records[1::2], strict=True):
        assert nested["note"] == [7, {"note": {"note": [plain["note"]]}}, plain["note"]]


def test_any_text_is_written(log_lines: Callable[[], Records]) -> None:
    """Rules find their way through anything, and what they leave is the same nested or not."""
    configure(log_dir="logs", console_output=False, service_name="app", redact="gdpr,hipaa,pci")
    choose = random.Random(20_260_619)  # the same texts in each run
    signs = [
        *"a1 =:'\"\\@%./<>()[]{}-_,;&?+\n\t\u00e9\u0663\u4e2d\U0001f600",
        "token",
        "basic ",
        "://",
        "%40",
        "fe80",
        "4111 ",
    ]
    for _ in range(1500):
        text = "".join(choose.choices(signs, k=choose.randint(1, 40)))
        get_logger("shop").info(text, note=text, notes=[[{"note": {text}}]])

    for record in log_lines():
        assert record["message"] == record["note"] == record["notes"][0][0]["note"][0]
        assert "left out" not in record["message"]


@pytest.mark.guarantee(69)
def test_texts_are_redacted_before_they_are_cut(log_lines: Callable[[], Records]) -> None:
    """A secret at the place of the cut is hidden as a whole."""
    configure(log_dir="logs", console_output=False, service_name="app", max_record_size=2048)
    logger = get_logger("shop")
    for length in range(700, 2100, 7):
        logger.info("seen", note="x" * length + " password=hunter2-hunter2-hunter2 " + "y" * 3000)

    text = str(log_lines())
    assert "hunter" not in text
    assert "password=***" in text
