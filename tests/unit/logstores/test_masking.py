import json

import pytest

from mulgil.logstores import Masker, connection_secrets, is_secret_name, mask_urls, variable_secrets
from mulgil.model import Connection

PEM = """-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASC
BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj
Zg==
-----END PRIVATE KEY-----
"""


def test_secrets_are_hidden_wherever_they_stand() -> None:
    masker = Masker(["s3cret", "pa ss/wd"])
    assert masker.mask("x s3cret y, s3crets") == "x *** y, ***s"
    assert masker.mask("http://u:pa%20ss%2Fwd@h and pa+ss%2Fwd") == "http://u:***@h and ***"


def test_the_longest_secret_wins() -> None:
    assert Masker(["abc", "abcdef"]).mask("abcdef abc") == "*** ***"


def test_what_is_too_short_hides_nothing() -> None:
    assert Masker(["", "ab"]).mask("ab cab") == "ab cab"


def test_secrets_can_be_added_later() -> None:
    masker = Masker()
    assert masker.mask("token-1") == "token-1"
    masker.add(["token-1"])
    assert masker.mask("token-1") == "***"


def test_what_is_secret_of_a_connection() -> None:
    connection = Connection(
        connection_id="c",
        conn_type="http",
        host="h",
        login="me",
        password="pw-1",
        extra={"token": "t-1", "port": 5, "empty": ""},
    )
    assert connection_secrets(connection) == ("pw-1", "t-1")
    assert connection_secrets(Connection(connection_id="c", conn_type="http")) == ()


def test_all_that_is_secret_of_a_connection() -> None:
    connection = Connection(
        connection_id="c",
        conn_type="http",
        host="https://me:p%40ss@example.test/v1?api_key=k-123&page=1",
        extra={"headers": {"x-auth": ["deep-1", 5]}},
    )
    assert connection_secrets(connection) == ("deep-1", "p%40ss", "p@ss", "k-123")


def test_each_line_of_a_long_secret_is_one() -> None:
    masker = Masker([PEM])
    for line in PEM.splitlines()[1:3]:
        assert masker.mask(f"  {line} and so on") == "  *** and so on"
    assert masker.mask(PEM) == "***"
    assert masker.mask(json.dumps({"key": PEM})) == '{"key": "***"}'
    assert masker.mask("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----"
    assert masker.mask("Zg==") == "Zg=="


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "DB_PASSWD",
        "my-secret",
        "github_token",
        "API_KEY",
        "apikey",
        "private_key",
        "passphrase",
        "AccessKey",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["bucket", "path", "keyboard", "monkey", "primary_key"])
def test_names_of_what_is_no_secret(name: str) -> None:
    assert not is_secret_name(name)


def test_what_is_secret_of_a_variable() -> None:
    assert variable_secrets("slack_token", " xoxb-1\n") == (" xoxb-1\n", "xoxb-1")
    assert variable_secrets("bucket", "s3://flights") == ()
    assert variable_secrets("dsn", "db://me:hush1@host/x") == ("hush1",)
    assert variable_secrets("db", '{"host": "h", "auth": {"password": "hush2", "codes": ["no"]}}') == ("hush2",)
    assert variable_secrets("db_secret", '["hush3", 1]') == ('["hush3", 1]', "hush3")
    assert variable_secrets("broken", '{"password": ') == ()


def test_passwords_in_urls() -> None:
    assert mask_urls("postgres://me:pw@h:5432/db?sslmode=require") == "postgres://me:***@h:5432/db?sslmode=require"
    assert mask_urls("https://h/x?token=t&page=2#top") == "https://h/x?token=***&page=2#top"
    assert mask_urls("h") == "h"
    assert mask_urls("https://h:8080/a:b@c") == "https://h:8080/a:b@c"
